import * as z from "zod";
import { PROPAGATION_PRESETS, type PropagationPreset } from "./propagation.ts";
import { createEmulator, DEMO_BROWSER, DEMO_CLIENT, DEMO_VISITORS } from "./target-emulator.ts";

// Composition root of `npm run emulator`: a Target of its own, for another proxy to forward to.

const PRESETS = Object.keys(PROPAGATION_PRESETS) as [PropagationPreset, ...PropagationPreset[]];

const Environment = z.object({
  EMULATOR_PORT: z.coerce
    .number("EMULATOR_PORT: a port from 0 to 65535.")
    .int("EMULATOR_PORT: a port from 0 to 65535.")
    .min(0, "EMULATOR_PORT: a port from 0 to 65535.")
    .max(65_535, "EMULATOR_PORT: a port from 0 to 65535.")
    .default(8081),
  HOST: z.string().min(1, "HOST: an address to listen on.").default("127.0.0.1"),
  EMULATOR_CLIENT: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, "EMULATOR_CLIENT: a client code of letters, digits, _ and -.")
    .default(DEMO_CLIENT),
  EMULATOR_TOKEN: z
    .string()
    .regex(/^\S+$/, "EMULATOR_TOKEN: a token without white space; leave it out for none.")
    .optional(),
  EMULATOR_PROPAGATION: z
    .enum(PRESETS, `EMULATOR_PROPAGATION: one of ${PRESETS.join(", ")}.`)
    .default("short"),
});

const environment = Environment.safeParse(process.env);
if (environment.success) await start(environment.data);
else fail(environment.error.issues[0]!.message);

async function start(settings: z.infer<typeof Environment>): Promise<void> {
  const { EMULATOR_PORT: port, HOST: host, EMULATOR_CLIENT: client } = settings;
  const { app } = createEmulator({
    clock: { wallMs: () => Date.now(), monoMs: () => performance.now() },
    client,
    propagation: settings.EMULATOR_PROPAGATION,
    ...(settings.EMULATOR_TOKEN !== undefined && { token: settings.EMULATOR_TOKEN }),
  });
  try {
    await app.listen({ port, host });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    fail(`EMULATOR_PORT, HOST: cannot listen on ${host}:${port} (${reason}).`);
    return;
  }
  const { port: actual } = z.object({ port: z.number() }).parse(app.server.address());
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${actual}`;
  console.log(`Emulator  ${url}/_emulator/`);
  console.log(`Client    ${client}`);
  console.log(`Visitors  ${DEMO_VISITORS.join("  ")}  mboxPC:${DEMO_BROWSER}`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void app.close());
  }
}

function fail(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}
