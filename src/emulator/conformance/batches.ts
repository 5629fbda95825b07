import { expectThat, Mismatch, describeAnswer } from "./mismatch.ts";
import { FORM } from "./requests.ts";
import { NoAnswer, type HttpAnswer, type HttpPort } from "./http-port.ts";
import type { EmulatorSubject, Subject } from "./subject.ts";

export type BatchVersion = "v1" | "v2";

/** A file as it is sent: `batch=`, the headers, the rows. */
export function batchOf(headers: string, ...rows: readonly string[]): string {
  return fileOf(headers, rows);
}

/** The same for more rows than a call takes arguments. */
export function fileOf(headers: string, rows: readonly string[]): string {
  return `batch=${headers}\n${rows.join("\n")}`;
}

/** Sent byte for byte, with the content type that `curl --data-binary` gives it. */
export function submitBatch(
  subject: Subject,
  version: BatchVersion,
  body: string,
  http: HttpPort = subject.http,
): Promise<HttpAnswer> {
  return http(batchPath(subject, version), { method: "POST", headers: FORM, body });
}

export function batchPath({ client }: Subject, version: BatchVersion): string {
  const code = encodeURIComponent(client);
  return `/m2/${code}/${version === "v2" ? "v2/" : ""}profile/batchUpdate`;
}

/** Submits it and gives the address of its status; a mismatch when it is not taken. */
export async function takeBatch(
  subject: Subject,
  version: BatchVersion,
  body: string,
): Promise<string> {
  return statusAddress(await submitBatch(subject, version, body));
}

/** Submits it and waits, on the emulator's clock, until it is worked off. */
export async function finishBatch(
  subject: EmulatorSubject,
  version: BatchVersion,
  body: string,
): Promise<string> {
  const address = await takeBatch(subject, version, body);
  await subject.control.finishBatch(address);
  return address;
}

/** The same for a file that may just as well be turned down. */
export async function finishBatchIfTaken(
  subject: EmulatorSubject,
  version: BatchVersion,
  body: string,
): Promise<void> {
  const address = elementOf(await submitBatch(subject, version, body), "batchStatus");
  if (address !== undefined) await subject.control.finishBatch(address);
}

export function statusAddress(answer: HttpAnswer): string {
  const address = elementOf(answer, "batchStatus");
  if (elementOf(answer, "success") !== "true" || address === undefined) {
    throw new Mismatch("a batch that is taken", describeAnswer(answer));
  }
  expectThat("an address with scheme and host", URL.canParse(address), address);
  return address;
}

export function expectBatchRefused(answer: HttpAnswer): void {
  const isTaken = elementOf(answer, "success") === "true";
  expectThat("a batch that is turned down", !isTaken, describeAnswer(answer));
}

/** As before, but a connection that breaks says no as well. */
export async function expectBatchNotTaken(answer: Promise<HttpAnswer>): Promise<void> {
  try {
    expectBatchRefused(await answer);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
  }
}

/** The text of an XML element; undefined when there is none. */
export function elementOf({ text }: HttpAnswer, name: string): string | undefined {
  const content = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  return content?.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** The names of the elements, in their order. */
export function elementNames({ text }: HttpAnswer): readonly string[] {
  return [...text.matchAll(/<([A-Za-z]+)>/g)].map(([, name]) => name!);
}

export async function batchStatus(
  subject: Subject,
  address: string,
  details: "" | "&showDetails=true" = "",
): Promise<HttpAnswer> {
  const answer = await subject.http(`${address}${details}`);
  if (answer.status !== 200) throw new Mismatch("a batch's status", describeAnswer(answer));
  return answer;
}
