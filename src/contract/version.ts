/**
 * Version of everything in this folder. It rises when an old reader would misunderstand a new
 * writer; the proxy goes on accepting every version ever released, because kiosks in the field keep
 * entries for as long as an outage lasts.
 */
export const CONTRACT_VERSION = 1;
