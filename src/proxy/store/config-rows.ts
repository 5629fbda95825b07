import type { PublishedConfig } from "./store.ts";
import type { Tx } from "./sql.ts";

/** Keeps a configuration as one that kiosks may have worked with; the same again changes nothing. */
export async function publishConfig(tx: Tx, config: PublishedConfig): Promise<void> {
  await tx.run(
    `INSERT INTO published_config (version, digest, content, first_ms) VALUES ($1, $2, $3, $4)
     ON CONFLICT (version, digest) DO NOTHING`,
    [config.version, config.digest, config.content, config.firstMs],
  );
}

/** All that were ever published, oldest first. */
export async function publishedConfigs(tx: Tx): Promise<readonly PublishedConfig[]> {
  const rows = await tx.all<{ version: string; digest: string; content: string; first_ms: number }>(
    "SELECT version, digest, content, first_ms FROM published_config ORDER BY first_ms, digest",
    [],
  );
  return rows.map(({ version, digest, content, first_ms: firstMs }) => ({
    version,
    digest,
    content,
    firstMs,
  }));
}
