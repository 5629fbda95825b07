/** The fields of Target's XML, by name; the text of one that has others in it is left as it stands. */
export interface XmlFields {
  /** The one value of a field; nothing where it is missing or there more than once. */
  readonly only: (name: string) => string | undefined;
}

/** The whole document, so that a page that merely quotes an answer is none. */
const RESPONSE = /^\s*(?:<\?xml[^>]*\?>\s*)?<response>(.*)<\/response>\s*$/s;
const FIELD = /\s*<([A-Za-z]\w{0,63})(?:\s*\/>|>(.*?)<\/\1>)\s*/sy;

/** Reads `<response>` and the fields in it. Nothing when anything else stands there. */
export function xmlFieldsFrom(body: string): XmlFields | undefined {
  const response = RESPONSE.exec(body)?.[1];
  if (response === undefined) return undefined;
  const found: (readonly [string, string])[] = [];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < response.length) {
    const field = FIELD.exec(response);
    if (field === null) return undefined;
    found.push([field[1] ?? "", (field[2] ?? "").trim()]);
  }
  return {
    only: (name) => {
      const [value, ...more] = found.filter(([each]) => each === name);
      return more.length > 0 ? undefined : value?.[1];
    },
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
};

/** Text as it was before it was put into XML. */
export function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|quot|apos);/g, (entity) => ENTITIES[entity] ?? entity);
}

/**
 * Ours: words of a refusal that is about how often was asked, and not about the file. A file over the
 * limit of rows or bytes is about the file: halves of it may be taken.
 */
const ABOUT_PACE = /too many|per minute|quota|throttl|try again|next call|temporar/i;

export function isAboutPace(message: string): boolean {
  return ABOUT_PACE.test(message);
}

/** Ours: all that has a place in a message about a batch. Anything else might be somebody's id. */
const WORDS = new Set(
  `a all an and are as at attribute attributes bad batch batches be before bytes call calls cannot
  characters client code column columns content contains could data does duplicate each empty encoded
  encoding error exceeded exceeds expected expired failed file first for format found from has have
  header headers hours id ids in internal invalid is it large later limit line malformed many maximum
  mb mbox3rdpartyid minute missing more must name names no not of on one only or over parameter
  parameters parse pcid per please processing profile profiles refused request required row rows
  server size start starts status submitted such system than the there thirdpartyid time to too try
  unavailable unexpected unknown unsupported update updates upload url utf-8 value values was while
  with`.split(/\s+/),
);

/** Ours: room for a sentence, not for a page. */
const MAX_REASON_LENGTH = 200;

/** What punctuation leaves of a word; what is within one is part of it, as in an address. */
const AROUND = /^[("'[]+|[)"'\].,:;!?]+$/g;

/**
 * A message of Target's, fit to be kept and shown: it may repeat any of half a million ids, of whatever
 * shape, so only words we know are repeated (rule PV2).
 */
export function plainWords(message: string): string {
  const words = message.split(/\s+/).filter((word) => word !== "");
  const plain = words.map((word) => {
    const bare = word.replace(AROUND, "");
    return WORDS.has(bare.toLowerCase()) ? bare : "…";
  });
  const text = plain.join(" ").replaceAll(/…(?: …)+/g, "…");
  return text.slice(0, MAX_REASON_LENGTH) || "no message";
}
