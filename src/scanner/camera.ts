/** A camera that is on, until it is closed. */
export interface Camera {
  /** What it sees, for a shopper to look at. */
  readonly stream: MediaStream;
  /** The picture of this moment, the caller's to close; nothing while no new one has come. */
  readonly frame: () => Promise<ImageBitmap | undefined>;
  /** Resolves when it is gone: unplugged, or taken away by the system. */
  readonly ended: Promise<void>;
  readonly close: () => void;
}

export interface OpenCameraDeps {
  readonly document: Document;
  /** Absent where a page may have no camera at all. */
  readonly devices: Pick<MediaDevices, "getUserMedia"> | undefined;
  readonly facing: "user" | "environment";
}

/** Ours: enough for a card an arm's length away; the decoder takes 20 ms for it, and longer for more. */
const PICTURE = { width: 1280, height: 720 };

/** Rejects as `getUserMedia` does, by whose names it is told what is wrong. */
export async function openCamera({ document, devices, facing }: OpenCameraDeps): Promise<Camera> {
  if (devices === undefined) throw new DOMException("No camera may be had.", "NotFoundError");
  const stream = await devices.getUserMedia({
    audio: false,
    video: {
      facingMode: { ideal: facing },
      width: { ideal: PICTURE.width },
      height: { ideal: PICTURE.height },
      frameRate: { ideal: 15, max: 30 },
    },
  });
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  // By itself it plays only where it is seen. One that does not play gives no pictures, and is found out.
  video.play().catch(() => undefined);
  const ended = Promise.withResolvers<void>();
  const tracks = stream.getTracks();
  for (const track of tracks) track.addEventListener("ended", () => ended.resolve());
  let seenAt = -1;

  return {
    stream,
    ended: ended.promise,
    async frame() {
      const isNew = video.readyState >= video.HAVE_CURRENT_DATA && video.currentTime !== seenAt;
      if (!isNew) return undefined;
      seenAt = video.currentTime;
      try {
        return await createImageBitmap(video, noLarger(video));
      } catch {
        // It ends at this very moment, or changes its size: as if none had come.
        return undefined;
      }
    },
    close() {
      for (const track of tracks) track.stop();
      video.srcObject = null;
    },
  };
}

/** Cameras give what they have: a picture of 4K would take the decoder a tenth of a second. */
function noLarger({ videoWidth, videoHeight }: HTMLVideoElement): ImageBitmapOptions {
  const longest = Math.max(videoWidth, videoHeight);
  return longest > PICTURE.width
    ? { resizeWidth: Math.round((videoWidth * PICTURE.width) / longest), resizeQuality: "medium" }
    : {};
}
