// Where the facts stand, in words that a stranger can search for. "Developer guide" is
// experienceleague.adobe.com/en/docs/target-dev, "business guide" …/docs/target/using; both are kept
// in the open, as AdobeDocs/target-dev.en and AdobeDocs/target.en on GitHub. Read in August 2026.

export const SINGLE_API = "Adobe Target developer guide, Single Profile Update API";
export const BULK_API = "Adobe Target developer guide, Bulk Profile Update API";
export const FETCH_API = "Adobe Target developer guide, Profile Fetch";
export const PROFILES_API = "Adobe Target developer guide, Profile APIs overview";
export const API_SETTINGS = "Adobe Target developer guide, Profile API settings";
export const PRIVACY_PAGE = "Adobe Target developer guide, Privacy and GDPR";
export const IDENTIFYING = "Adobe Target developer guide, Identifying visitors";
export const LIMITS = "Adobe Target business guide, Target limits";
export const THIRD_PARTY_ID =
  "Adobe Target business guide, Real-time profile syncing for mbox3rdPartyId";
export const VISITOR_PROFILE = "Adobe Target business guide, Visitor profile";
export const LIFETIME = "Adobe Target business guide, Visitor profile lifetime";
export const TROUBLESHOOTING = "Adobe Target business guide, Troubleshooting targets and audiences";
export const RELEASE_NOTES = "Adobe Target business guide, Release notes for previous releases";

/** The Markdown behind developers.adobetarget.com/api, retired: adobe-target/slate on GitHub, 2019. */
export const OLD_API_SITE = "Adobe Target API site, retired (adobe-target/slate, 2019)";
/** www.adobe.io/apis/marketingcloud/target/docs/reference/profiles. */
export const OLDEST_DOCS = "Adobe Marketing Cloud, Target profile reference (about 2013 to 2017)";
export const OLDER_SINGLE_API =
  "Adobe Target developer guide until 2023, Methods to get data into Target: single profile update";
export const BULK_METHODS =
  "Adobe Target developer guide, Methods to get data into Target: bulk profile update";
export const DELIVERY_OPENAPI =
  "Adobe Target Delivery API, OpenAPI description (adobe/target-openapi)";
export const SDKS = "Adobe's Target SDKs for Node, Java, .NET and Android, source code";

export const SEGMENT = "Segment, Adobe Target destination (segmentio/action-destinations)";
export const CAMPAIGN_SENDER =
  "Campaign to Target bulk sender, field-tested (WhatDoThis/Campaign_Target_Bulk_API_Develop)";
export const PYTHON_MODULE = "Python module experiencecloudapis, Target part";
export const TEALIUM = "Tealium, Adobe Target connector documentation";
export const NOBODY = "Nobody says";
