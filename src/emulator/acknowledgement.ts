import { ACKNOWLEDGED, plain, refusal, type Answer } from "./answer.ts";
import type { Switches, TurnedDown } from "./switches.ts";

const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/** Adobe's acknowledgement, word for word, in the dress that the switches give it. */
export function acknowledgement(switches: Switches, tntId: string | undefined): Answer {
  const pcId = switches.pcIdInAnswer === "filled" ? escaped(tntId ?? "") : "";
  return dressed(
    switches,
    ACKNOWLEDGED.body.replace("<pcId></pcId>", () => `<pcId>${pcId}</pcId>`),
  );
}

/** An answer of Target's that says yes. */
export function dressed(switches: Switches, body: string): Answer {
  const spaced = switches.answerWhitespace === "indented" ? indented(body) : body;
  return {
    status: Number(switches.answerStatus),
    type: `${switches.answerType};charset=UTF-8`,
    body: switches.answerProlog === "xml-declaration" ? `${XML_DECLARATION}\n${spaced}` : spaced,
  };
}

/** What a call that is not well-formed is answered with. */
export function turnedDown(switches: Switches, form: TurnedDown, message: string): Answer {
  switch (form) {
    case "refused-body":
      return refusal(message);
    case "status-400":
      return plain(400, "Bad Request");
    case "acknowledged-and-dropped":
      return acknowledgement(switches, undefined);
  }
}

/** Each child of the root on a line of its own. */
function indented(body: string): string {
  return body
    .replaceAll(/(<response>|<\/\w+>(?=<\w))/g, "$1\n  ")
    .replace("</response>", "\n</response>\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
