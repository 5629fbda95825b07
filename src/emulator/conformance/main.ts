import { randomUUID } from "node:crypto";
import { clientOfEmulator } from "./control-port.ts";
import { createHttp, NoAnswer } from "./http-port.ts";
import { optionsFrom, USAGE, type Options } from "./options.ts";
import { factsPage } from "./page.ts";
import { describeFinding, describeTotals } from "./report.ts";
import { runFacts, type Finding, type Service } from "./run.ts";

// Composition root of `npm run conformance`: holds a service, ours or Adobe's, against the list of
// facts. Exit code 1 when one does not hold, or when what was asked for makes no sense.

const options = optionsFrom(process.argv.slice(2), process.env);
if (!options.ok) fail(options.error);
else if (options.value.type === "page") process.stdout.write(factsPage());
else await run(options.value);

async function run(asked: Extract<Options, { type: "run" }>): Promise<void> {
  const service = await serviceOf(asked);
  if (typeof service === "string") return fail(service);
  const secrets = [asked.member, asked.browser, asked.token].filter(
    (secret) => secret !== undefined,
  );
  const findings: Finding[] = [];
  for await (const finding of runFacts(asked.facts, service, randomUUID)) {
    findings.push(finding);
    console.log(describeFinding(finding, secrets));
  }
  console.log(`\n${describeTotals(findings)}`);
  if (findings.some(({ outcome }) => outcome.type === "failed")) process.exitCode = 1;
}

/** The service there, or a sentence why it cannot be asked. */
async function serviceOf(asked: Extract<Options, { type: "run" }>): Promise<Service | string> {
  const { origin, client, canWrite, member, browser, token } = asked;
  try {
    const emulated = await clientOfEmulator(createHttp(origin));
    if (emulated !== undefined && emulated !== client) {
      return `CLIENT: the emulator there has the client code ${emulated}; give that one.`;
    }
    const isEmulator = emulated !== undefined;
    if (canWrite && !isEmulator && member === undefined && browser === undefined) {
      return `--write needs a throw-away visitor who has a profile: give --visitor, --browser or both. ${USAGE}`;
    }
    return { origin, client, canWrite, member, browser, token, isEmulator };
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    return `URL: ${error.message} from ${origin}; start the service or give another URL.`;
  }
}

function fail(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}
