import type { VisitorId } from "../../domain/visitor-id.ts";

/**
 * The body of a deletion job for Adobe's Privacy Service (`POST /data/core/privacy/jobs`).
 *
 * Source: Adobe Target developer guide, privacy and data protection regulations: the namespaces
 * `THIRDPARTYID` of type `target`, and `TNTID`, 9, of type `standard`; Privacy Service API guide.
 *
 * @param key names the request in Adobe's reports; never a card
 */
export function adobePrivacyJob(visitor: VisitorId, organization: string, key: string) {
  const userId =
    visitor.kind === "member"
      ? { namespace: "THIRDPARTYID", type: "target", value: visitor.value }
      : { namespace: "TNTID", namespaceId: 9, type: "standard", value: visitor.value };
  return {
    companyContexts: [{ namespace: "imsOrgID", value: organization }],
    users: [{ key, action: ["delete"], userIDs: [userId] }],
    include: ["target"],
    regulation: "gdpr",
  };
}
