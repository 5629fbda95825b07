import { parseArgs } from "node:util";
import { Role } from "../../contract/admin.ts";
import { prepareDataDir } from "../data-dir.ts";
import { settingsFrom } from "../settings.ts";
import { runCommand } from "../run-command.ts";
import { StartupError } from "../startup-error.ts";
import { openTokenStore } from "./token-file.ts";

// `npm run token`: names who may use the admin listener. Works on DATA_DIR, whether the proxy runs
// or not; a running one sees it at once.

const USAGE =
  `Use: npm run token -- add <name> <${Role.options.join("|")}> ` +
  "[--store <id>, for the role store], list, or revoke <name>.";

await runCommand(() => {
  const { positionals, values } = valuesOf(process.argv.slice(2));
  run(positionals, values.store);
});

function run(
  [command, name = "", role = ""]: readonly string[],
  storeId: string | undefined,
): void {
  const settings = settingsFrom(process.env);
  if (!settings.ok) throw new StartupError(settings.error);
  prepareDataDir(settings.value.dataDir);
  const tokens = openTokenStore(settings.value.dataDir);
  switch (command) {
    case "add": {
      const known = Role.safeParse(role);
      if (!known.success)
        throw new StartupError(`role: one of ${Role.options.join(", ")}. ${USAGE}`);
      const added = tokens.add(name, known.data, Date.now(), storeId);
      if (!added.ok) throw new StartupError(added.error);
      console.log(added.value);
      console.error(`The token of ${name} (${role}). It is not kept and not shown again.`);
      return;
    }
    case "list":
      for (const each of tokens.list()) {
        const of = each.role === "store" ? (each.storeId ?? "no store: add it anew") : "-";
        console.log(`${each.name}\t${each.role}\t${of}\t${new Date(each.createdMs).toISOString()}`);
      }
      return;
    case "revoke": {
      const revoked = tokens.revoke(name);
      if (!revoked.ok) throw new StartupError(revoked.error);
      console.error(`${name} may no longer do anything; its sessions have ended.`);
      return;
    }
    default:
      throw new StartupError(USAGE);
  }
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { store: { type: "string" } },
      allowPositionals: true,
    });
  } catch (cause) {
    throw new StartupError(`${(cause as Error).message} ${USAGE}`, { cause });
  }
}
