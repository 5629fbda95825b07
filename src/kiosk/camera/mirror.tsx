import { OurCard } from "../drawings/cards.tsx";

export interface MirrorProps {
  readonly stream: MediaStream;
  readonly brand: string;
}

/** Our card with a mirror set into it: shoppers see where they hold theirs. */
export function Mirror({ stream, brand }: MirrorProps) {
  return (
    <div class="mirror" aria-hidden="true">
      <div class="mirror-card">
        <svg viewBox="0 0 634 400">
          <OurCard brand={brand} />
        </svg>
        <video
          class="mirror-glass"
          ref={(video) => show(stream, video)}
          autoplay
          muted
          playsInline
          disablePictureInPicture
        />
      </div>
    </div>
  );
}

function show(stream: MediaStream, video: HTMLVideoElement | null): void {
  if (video !== null && video.srcObject !== stream) video.srcObject = stream;
}
