import { existsSync } from "node:fs";
import { KEYS_PATH } from "../../contract/keys.ts";
import { askAdmin } from "../admin/ask-admin.ts";
import { settingsFrom } from "../settings.ts";
import { runCommand } from "../run-command.ts";
import { StartupError } from "../startup-error.ts";
import { openKeysFile, readKeysFile, writeKeysFile } from "./keys-file.ts";
import { makeSealingKey, makeStorageKey, publicKeyOf, type Keys } from "./keys.ts";

// Composition root of `npm run keys`: makes, shows and rotates what lies in KEYS_FILE. Never prints
// a secret.

const USAGE =
  "Usage: npm run keys -- make | show | export | " +
  "rotate sealing | rotate storage | retire sealing <kid> | retire storage <kid>.";

await runCommand(() => run(process.argv.slice(2)));

async function run([act = "", what = "", ...more]: readonly string[]): Promise<void> {
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  const file = settings.value.keysFile;
  const [kid] = more;
  const isKind = what === "sealing" || what === "storage";
  if (act === "retire" && isKind && kid !== undefined && more.length === 1) {
    // The running proxy decides: only it knows whom the key is kept for.
    const address = `${KEYS_PATH}/${what}/${encodeURIComponent(kid)}/retire`;
    await askAdmin(settings.value, address, {});
    console.log(`${kid} is retired.\n${namesOf(readKeysFile(file))}\nBack ${file} up anew.`);
    return;
  }
  switch ([act, what, ...more].join(" ").trim()) {
    case "make":
      if (existsSync(file)) throw new StartupError(`KEYS_FILE: ${file} is there already.`);
      openKeysFile(file, true);
      return console.log(`${file} made; back it up.`);
    case "show":
      return console.log(namesOf(readKeysFile(file)));
    case "export":
      return console.log(JSON.stringify(publicKeyOf(readKeysFile(file))));
    case "rotate sealing":
      return rotate(file, (keys) => ({ ...keys, sealing: [makeSealingKey(), ...keys.sealing] }));
    case "rotate storage":
      return rotate(file, (keys) => ({ ...keys, storage: [makeStorageKey(), ...keys.storage] }));
    default:
      throw new StartupError(USAGE);
  }
}

/** The former key stays: kiosks owe entries sealed to it, and the store holds ids sealed under it. */
function rotate(file: string, next: (keys: Keys) => Keys): void {
  const keys = next(readKeysFile(file));
  writeKeysFile(file, keys);
  console.log(`${namesOf(keys)}\nBack ${file} up anew.`);
}

function namesOf({ sealing, storage }: Keys): string {
  const line = (what: string, kids: readonly string[]) =>
    `${what}  ${kids.map((kid, index) => (index === 0 ? `${kid} (in use)` : kid)).join("  ")}`;
  return [
    line(
      "sealing",
      sealing.map(({ kid }) => kid),
    ),
    line(
      "storage",
      storage.map(({ kid }) => kid),
    ),
  ].join("\n");
}
