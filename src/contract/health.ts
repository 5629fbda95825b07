import * as z from "zod/mini";

/** On the kiosk listener: `GET`; 200 while new work is taken. */
export const READY_PATH = "/readyz";

/** On the admin listener: `GET`; 200 while the process answers. */
export const HEALTH_PATH = "/healthz";

/** On the admin listener: `GET`, Prometheus text. */
export const METRICS_PATH = "/metrics";

export const Standing = z.object({ status: z.string() });
