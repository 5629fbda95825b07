/** What a test does to the camera of a page, which is Chromium's fake one. */
export interface CameraControl {
  /** As when its plug is pulled: the system takes it away. */
  readonly unplug: () => void;
  /** From now on it opens, is refused, or is another one, that sees an empty shop. */
  readonly next: (how: "open" | "refuse" | "empty") => void;
  /** A device came or went. */
  readonly changed: () => void;
  /** Whether its light is on. */
  readonly isOn: () => boolean;
  /** What the page said of it, in order, and whom it thanked. */
  readonly states: string[];
  readonly thanked: Set<string>;
}

declare global {
  var cameraControl: CameraControl;
}

/** For `addInitScript`; all in one function, because that is how it travels. */
export function installCameraControl(): void {
  // Only of a page that came over a trustworthy line.
  if (!("mediaDevices" in navigator)) return;
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  let how: "open" | "refuse" | "empty" = "open";
  let track: MediaStreamTrack | undefined;

  const emptyShop = (): MediaStream => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
    const pen = canvas.getContext("2d")!;
    let shade = 0;
    // A stream of a canvas that nobody draws on stands still.
    const timer = setInterval(() => {
      shade = (shade + 1) % 40;
      pen.fillStyle = `rgb(${150 + shade} 160 190)`;
      pen.fillRect(0, 0, 640, 480);
    }, 60);
    const stream = canvas.captureStream(15);
    const [drawn] = stream.getVideoTracks();
    const stop = drawn!.stop.bind(drawn);
    drawn!.stop = () => {
      clearInterval(timer);
      stop();
    };
    return stream;
  };
  mediaDevices.getUserMedia = async (constraints) => {
    if (how === "refuse") throw new DOMException("Permission denied", "NotAllowedError");
    const stream = how === "empty" ? emptyShop() : await open(constraints);
    [track] = stream.getVideoTracks();
    return stream;
  };

  const states: string[] = [];
  const thanked = new Set<string>();
  const look = (): void => {
    const { camera, visitState } = document.documentElement.dataset;
    if (camera !== undefined && camera !== states.at(-1)) states.push(camera);
    const masked = /•••• (\S{4})/.exec(document.body?.innerText ?? "")?.[1];
    if (visitState === "thanked" && masked !== undefined) thanked.add(masked);
  };
  new MutationObserver(look).observe(document, {
    attributes: true,
    childList: true,
    subtree: true,
    attributeFilter: ["data-camera", "data-visit-state"],
  });
  globalThis.cameraControl = {
    states,
    thanked,
    next: (given) => void (how = given),
    unplug() {
      track?.stop();
      track?.dispatchEvent(new Event("ended"));
    },
    changed: () => void mediaDevices.dispatchEvent(new Event("devicechange")),
    isOn: () => track?.readyState === "live",
  };
}
