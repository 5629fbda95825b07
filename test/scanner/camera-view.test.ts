import { describe, expect, it } from "vitest";
import type { SeenCode } from "../../src/camera/camera-message.ts";
import {
  FOREIGN_GONE_MS,
  FOREIGN_MS,
  GONE_MS,
  NOTHING_SEEN,
  stepCameraView,
  type CameraView,
} from "../../src/scanner/camera-view.ts";
import { CARD } from "./typing.ts";

const OTHER_CARD = "2000000000008";
const OURS: readonly string[] = [CARD, OTHER_CARD];

/** Ours: as fast as the camera's pictures are read. */
const FRAME_MS = 125;

function code(text: string, aim: string, offCentre = 0.01): SeenCode {
  return { text, aim, offCentre };
}

const EAN = code(CARD, "]E0");
const OTHER_EAN = code(OTHER_CARD, "]E0", 0.2);
const QR = code(CARD, "]Q1");
const POSTER = code("https://example.com/sale", "]Q1", 0.001);

function aCamera() {
  const told: string[] = [];
  let view: CameraView = NOTHING_SEEN;
  let atMs = 1_000;
  return {
    told,
    view: () => view,
    /** So long, picture after picture, these are before it. */
    shows(ms: number, ...codes: readonly SeenCode[]): void {
      for (const endMs = atMs + ms; atMs < endMs; atMs += FRAME_MS) {
        const step = stepCameraView(view, { codes, atMs }, ({ text }) => OURS.includes(text));
        view = step.view;
        if (step.told !== undefined) told.push(step.told.code.text);
      }
    },
    /** No picture comes. */
    waits: (ms: number) => void (atMs += ms),
    nothing(ms: number): void {
      this.shows(ms);
    },
  };
}

describe("a code before the camera", () => {
  it("[CA2] counts once for as long as it is held there, and again once it was taken away", () => {
    const camera = aCamera();
    camera.shows(60_000, EAN);
    expect(camera.told).toEqual([CARD]);
    camera.nothing(GONE_MS + FRAME_MS);
    camera.shows(1_000, EAN);
    expect(camera.told).toEqual([CARD, CARD]);
  });

  it("[CA2] counts once though the hand shakes", () => {
    const camera = aCamera();
    for (let time = 0; time < 20; time += 1) {
      camera.shows(500, EAN);
      camera.nothing(GONE_MS - FRAME_MS);
    }
    expect(camera.told).toEqual([CARD]);
  });

  it("[CA1] is believed at once where its symbol mends itself, else when two pictures agree", () => {
    const [sure, unsure] = [aCamera(), aCamera()];
    sure.shows(FRAME_MS, QR);
    expect(sure.told).toEqual([CARD]);
    unsure.shows(FRAME_MS, EAN);
    expect(unsure.told).toEqual([]);
    unsure.shows(FRAME_MS, EAN);
    expect(unsure.told).toEqual([CARD]);
  });

  it("[CA1] is believed on a machine that reads a picture in half a second", () => {
    const camera = aCamera();
    for (let time = 0; time < 2; time += 1) {
      camera.shows(FRAME_MS, EAN);
      camera.waits(1_000);
    }
    expect(camera.told).toEqual([CARD]);
  });

  it("[CA1] misread twice, two seconds apart, is not believed", () => {
    const camera = aCamera();
    camera.shows(FRAME_MS, EAN);
    camera.nothing(2_000);
    camera.shows(FRAME_MS, EAN);
    expect(camera.told).toEqual([]);
  });

  it("[CA2] with the same number in two symbols counts once", () => {
    const camera = aCamera();
    camera.shows(1_000, EAN, { ...QR, offCentre: 0.1 });
    camera.shows(1_000, QR);
    expect(camera.told).toEqual([CARD]);
  });

  it("[PV1] is in no view any more once it was taken away", () => {
    const camera = aCamera();
    camera.shows(1_000, EAN);
    camera.nothing(GONE_MS + FRAME_MS);
    expect(camera.view()).toEqual([]);
  });
});

describe("several codes before the camera", () => {
  it("[CA2] the one nearest to the middle counts, and the other once the first was taken away", () => {
    const camera = aCamera();
    camera.shows(2_000, OTHER_EAN, EAN);
    expect(camera.told).toEqual([CARD]);
    camera.shows(2_000, OTHER_EAN);
    expect(camera.told).toEqual([CARD, OTHER_CARD]);
  });

  it("[CA2] a card of ours counts, whatever else is on it or behind it", () => {
    const camera = aCamera();
    camera.shows(FRAME_MS, POSTER);
    camera.shows(30_000, POSTER, EAN);
    expect(camera.told).toEqual([CARD]);
  });

  it("[CA2] a second shopper's card counts as soon as it is alone", () => {
    const camera = aCamera();
    camera.shows(1_000, EAN);
    camera.nothing(250);
    camera.shows(1_000, OTHER_EAN);
    expect(camera.told).toEqual([CARD, OTHER_CARD]);
  });
});

describe("a code of somebody else's", () => {
  it("[CA2] is told once when it stays alone", () => {
    const camera = aCamera();
    camera.shows(FOREIGN_MS, POSTER);
    expect(camera.told).toEqual([]);
    camera.shows(60_000, POSTER);
    expect(camera.told).toEqual([POSTER.text]);
  });

  it("[CA2] that passes by is not told, and one behind people not each time", () => {
    const camera = aCamera();
    camera.shows(500, POSTER);
    camera.nothing(2_000);
    expect(camera.told).toEqual([]);
    for (let time = 0; time < 10; time += 1) {
      camera.shows(2_000, POSTER);
      camera.nothing(FOREIGN_GONE_MS - FRAME_MS);
    }
    expect(camera.told).toEqual([POSTER.text]);
  });

  it("[CA2] does not keep a card of ours from counting", () => {
    const camera = aCamera();
    camera.shows(2_000, POSTER);
    camera.shows(1_000, POSTER, EAN);
    expect(camera.told).toEqual([POSTER.text, CARD]);
  });
});
