import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FrameAnswer, FrameMessage } from "../../src/camera/camera-message.ts";
import { createWorkerDecoder } from "../../src/scanner/frame-decoder.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

const CODE = { text: "1", aim: "]Q1", offCentre: 0 };

function aDecoder() {
  const asked: { readonly message: FrameMessage; readonly moved: readonly Transferable[] }[] = [];
  const worker = Object.assign(new EventTarget(), {
    postMessage: (message: FrameMessage, moved: readonly Transferable[]) =>
      void asked.push({ message, moved }),
    terminate: vi.fn<() => void>(),
  });
  const decoder = createWorkerDecoder({
    openWorker: () => worker as unknown as Worker,
    symbologies: "EQ",
    setTimeout: (run, delayMs) => Number(setTimeout(run, delayMs)),
    clearTimeout: (timer) => clearTimeout(timer),
  });
  const answer = (data: FrameAnswer) =>
    worker.dispatchEvent(Object.assign(new Event("message"), { data }));
  return { decoder, worker, asked, answer };
}

it("[CA6] gives each picture away, and each answer to whom it belongs", async () => {
  const { decoder, asked, answer } = aDecoder();
  const ready = decoder.ready();
  const frame = {} as ImageBitmap;
  const codes = decoder.decode(frame);
  expect(asked).toEqual([
    { message: { id: 1, symbologies: "EQ" }, moved: [] },
    { message: { id: 2, symbologies: "EQ", frame }, moved: [frame] },
  ]);
  answer({ id: 2, codes: [CODE] });
  answer({ id: 1, codes: [] });
  await ready;
  expect(await codes).toEqual([CODE]);
  expect(vi.getTimerCount()).toBe(0);
});

it("[CA5] tells what broke: in its own words, as the worker's end, or as silence", async () => {
  const { decoder, worker, answer } = aDecoder();
  const failed = decoder.ready();
  answer({ id: 1, trouble: "no decoder" });
  await expect(failed).rejects.toThrow("no decoder");
  const broken = decoder.ready();
  worker.dispatchEvent(new Event("error"));
  await expect(broken).rejects.toThrow("broke");
  const silent = decoder.decode({} as ImageBitmap);
  vi.advanceTimersByTime(5_000);
  await expect(silent).rejects.toThrow("does not answer");
  const closed = decoder.decode({} as ImageBitmap);
  decoder.close();
  await expect(closed).rejects.toThrow("closed");
  expect(worker.terminate).toHaveBeenCalledOnce();
});
