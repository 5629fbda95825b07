// oxlint-disable-next-line import/default -- with that ending the build gives its address
import cameraWorkerUrl from "../../camera/camera-worker.ts?worker&url";
import { trustedScriptUrl } from "../script-urls.ts";

/** The worker that reads what the camera sees; its own policy lets it compile WebAssembly. */
export function openCameraWorker(): Worker {
  return new Worker(trustedScriptUrl(cameraWorkerUrl), { type: "module", name: "camera" });
}
