import type { Settings } from "./settings.ts";

/** The kiosk from its sources with reload, in front of a proxy that listens elsewhere. */
export async function openDevServer(
  root: string,
  settings: Settings,
  proxyUrl: string,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const { createServer } = await import("vite");
  const forwarded = ["/v1", "/readyz", "/demo"];
  const server = await createServer({
    root,
    server: {
      host: settings.host,
      port: settings.port,
      strictPort: true,
      proxy: Object.fromEntries(forwarded.map((prefix) => [prefix, proxyUrl])),
    },
  });
  await server.listen();
  return { url: `http://${settings.host}:${settings.port}`, close: () => server.close() };
}
