import { effect, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import type { ComponentChild } from "preact";
import { DECODER_CACHE } from "../../camera/camera-message.ts";
import type { CameraState } from "../../contract/camera-state.ts";
import type { Language } from "../../contract/language.ts";
import type { ScannerEvent } from "../../scanner/scanner.ts";
import type { Link } from "../link.ts";
import type { CameraHoursDeps } from "./camera-hours.ts";

/** The camera, as far as the rest of the kiosk has to do with it. */
export interface CameraPart {
  /** How it fares; nothing where the configuration names none. */
  readonly state: ReadonlySignal<CameraState | undefined>;
  /** What attract shows of it, while it reads. */
  readonly onAttract: ReadonlySignal<OnAttract | undefined>;
  /** What it reads goes to `hear` from now on, whenever the configuration names a camera. */
  readonly open: (from: CameraFrom) => void;
}

export interface CameraFrom {
  readonly hear: (event: ScannerEvent) => void;
  readonly openWorker: () => Worker;
}

export type OnAttract = (language: Language, brand: string) => AttractCamera;

/** In place of what attract says and draws of a reader below it. */
export interface AttractCamera {
  readonly view: ComponentChild;
  readonly hint: readonly string[];
}

export interface CameraPartDeps extends Omit<CameraHoursDeps, "wallMs"> {
  readonly line: Pick<Link, "backOffice">;
  readonly onError: (error: unknown) => void;
}

/** What `open-camera.tsx` is given to tell by. */
export interface CameraSigns {
  readonly state: Signal<CameraState | undefined>;
  readonly onAttract: Signal<OnAttract | undefined>;
}

/** All else of it is loaded when the configuration names a camera, and forgotten when it no longer does. */
export function createCameraPart(deps: CameraPartDeps): CameraPart {
  const { session, onError } = deps;
  const signs: CameraSigns = { state: signal(undefined), onAttract: signal(undefined) };

  return {
    ...signs,
    open(from) {
      effect(() => {
        const { camera } = session.config.value;
        if (camera === undefined) {
          caches.delete(DECODER_CACHE).catch(onError);
          return undefined;
        }
        let isOver = false;
        let stop = (): void => undefined;
        import("./open-camera.tsx")
          .then(({ openCameraReader }) => {
            if (!isOver) stop = openCameraReader({ ...deps, ...from, camera, signs });
          })
          .catch(onError);
        return () => {
          isOver = true;
          stop();
          signs.state.value = undefined;
          signs.onAttract.value = undefined;
        };
      });
    },
  };
}
