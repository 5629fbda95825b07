import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { renderSVG, renderUnicodeCompact } from "uqr";
import { NewPairingAnswer, PAIRINGS_PATH } from "../../contract/admin.ts";
import { spokenCode } from "../../contract/pairing.ts";
import { askAdmin } from "../admin/ask-admin.ts";
import { settingsFrom } from "../settings.ts";
import { runCommand } from "../run-command.ts";
import { StartupError } from "../startup-error.ts";

// `npm run pair`: asks the running proxy's admin listener for a one-time pairing code.

const USAGE =
  "Use: npm run pair -- --store <id> --kiosk <id> [--name <name>] [--time-zone <zone>] " +
  "[--replaces <deviceId>] [--qr] [--svg <file>] [--admin-url <address>].";

/** Ours: a quarter of it may be scratched; the quiet zone is the standard's four modules. */
const QR = { ecc: "Q", border: 4 } as const;

await runCommand(() => run(process.argv.slice(2)));

async function run(args: readonly string[]): Promise<void> {
  const given = valuesOf(args);
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  const asked = {
    storeId: given.store,
    kioskId: given.kiosk,
    name: given.name,
    timeZone: given["time-zone"],
    replaces: given.replaces,
  };
  const said = await askAdmin(settings.value, PAIRINGS_PATH, asked, given["admin-url"]).catch(
    (error: unknown) => {
      throw error instanceof StartupError ? new StartupError(`${error.message} ${USAGE}`) : error;
    },
  );
  const { code, setupCode, endsMs } = NewPairingAnswer.parse(said);
  console.log(spokenCode(code));
  if (given.qr === true) console.log(renderUnicodeCompact(setupCode, QR));
  if (given.svg !== undefined) writeSvg(given.svg, renderSVG(setupCode, QR));
  console.error(
    `Type it at the kiosk, hold its QR code (--qr, or --svg <file>) before the kiosk's reader, or ` +
      `open the kiosk's address with /?pair=${code} behind it. ` +
      `Good once, until ${new Date(endsMs).toLocaleTimeString("en-GB")}.`,
  );
}

function writeSvg(file: string, svg: string): void {
  try {
    writeFileSync(file, svg, { mode: 0o600 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new StartupError(`--svg: ${file} cannot be written (${code}); name another file.`, {
      cause,
    });
  }
}

function valuesOf(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        store: text,
        kiosk: text,
        name: text,
        "time-zone": text,
        replaces: text,
        "admin-url": text,
        qr: { type: "boolean" },
        svg: text,
      },
    }).values;
  } catch (cause) {
    throw new StartupError(`${(cause as Error).message} ${USAGE}`, { cause });
  }
}
