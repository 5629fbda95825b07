import { computed, effect, signal } from "@preact/signals-core";
import type { CameraConfig } from "../../contract/camera-config.ts";
import { cardFromScan } from "../../domain/card.ts";
import { createCameraScanner } from "../../scanner/camera-scanner.ts";
import { symbologiesOf } from "../../scanner/camera-symbologies.ts";
import { openCamera } from "../../scanner/camera.ts";
import { createWorkerDecoder } from "../../scanner/frame-decoder.ts";
import { watchCameraHours } from "./camera-hours.ts";
import type { CameraFrom, CameraPartDeps, CameraSigns } from "./camera-part.ts";
import { Mirror } from "./mirror.tsx";
import { CAMERA_WORDS } from "./words-camera.ts";

export interface OpenCameraReaderDeps extends CameraFrom, CameraPartDeps {
  readonly camera: CameraConfig;
  readonly signs: CameraSigns;
}

const TOUCHES = ["pointerdown", "keydown"] as const;
const EARLY = { capture: true, passive: true } as const;

/**
 * Reads cards by the camera until the returned function is called: not while the page is hidden, the kiosk
 * out of service or the store closed, when its light is out.
 */
export function openCameraReader(deps: OpenCameraReaderDeps): () => void {
  const { session, camera, signs, onError } = deps;
  const { cardRules } = session.config.peek();
  const timers = {
    setTimeout: (run: () => void, delayMs: number) => window.setTimeout(run, delayMs),
    clearTimeout: (timer: number | undefined) => window.clearTimeout(timer),
  };
  const devices = "mediaDevices" in navigator ? navigator.mediaDevices : undefined;
  const scanner = createCameraScanner({
    ...timers,
    openCamera: () => openCamera({ document, devices, facing: camera.facing ?? "user" }),
    openDecoder: () =>
      createWorkerDecoder({
        ...timers,
        openWorker: deps.openWorker,
        symbologies: symbologiesOf(cardRules),
      }),
    isOurs: (scan) => cardFromScan(scan, cardRules).ok,
    nowMs: () => performance.now(),
    random: () => Math.random(),
    onState(state) {
      signs.state.value = state;
      document.documentElement.dataset["camera"] = state;
    },
    onStream(stream) {
      signs.onAttract.value =
        stream === undefined || camera.preview === false
          ? undefined
          : (language, brand) => ({
              view: <Mirror stream={stream} brand={brand} />,
              hint: CAMERA_WORDS[language],
            });
    },
    onError,
  });

  const isHidden = signal(document.visibilityState === "hidden");
  const { contact } = deps.line.backOffice;
  const hours = watchCameraHours({
    ...deps,
    wallMs: () => deps.clock.wallMs() + (contact.peek()?.offsetMs ?? 0),
  });
  const isWanted = computed(() => !isHidden.value && hours.isWanted.value);
  const look = (): void => {
    isHidden.value = document.visibilityState === "hidden";
  };
  document.addEventListener("visibilitychange", look);
  for (const touch of TOUCHES) window.addEventListener(touch, hours.touched, EARLY);
  devices?.addEventListener("devicechange", scanner.retry);
  const unwatch = effect(() => scanner.want(isWanted.value));
  const stop = scanner.start(deps.hear);

  return () => {
    unwatch();
    hours.stop();
    for (const touch of TOUCHES) window.removeEventListener(touch, hours.touched, EARLY);
    stop();
    document.removeEventListener("visibilitychange", look);
    devices?.removeEventListener("devicechange", scanner.retry);
    delete document.documentElement.dataset["camera"];
  };
}
