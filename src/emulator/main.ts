import * as z from "zod";
import { createEmulator, DEMO_BROWSER, DEMO_CLIENT, DEMO_VISITORS } from "./target-emulator.ts";

// Composition root of `npm run emulator`: a Target of its own, for another proxy to forward to.

const Environment = z.object({
  EMULATOR_PORT: z.coerce.number().int().min(0).max(65_535).default(8081),
  HOST: z.string().min(1).default("127.0.0.1"),
});

const environment = Environment.safeParse(process.env);
if (environment.success) await start(environment.data.EMULATOR_PORT, environment.data.HOST);
else fail(z.prettifyError(environment.error));

async function start(port: number, host: string): Promise<void> {
  const clock = { wallMs: () => Date.now(), monoMs: () => performance.now() };
  const { app } = createEmulator({ clock });
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
  console.log(`Client    ${DEMO_CLIENT}`);
  console.log(`Visitors  ${DEMO_VISITORS.join("  ")}  mboxPC:${DEMO_BROWSER}`);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void app.close());
  }
}

function fail(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}
