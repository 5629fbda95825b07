import { describe, expect, it } from "vitest";
import { createClosing } from "../../../src/kiosk/staff/closing.ts";
import { CLOSED_KEY } from "../../../src/kiosk/visit-first.ts";
import { BROKEN_KEPT, memoryKept, memoryStorage } from "../../support/kiosk-builders.ts";
import { waitFor } from "../../support/wait.ts";

/** A kiosk whose two memories a power cut may part. */
function aKiosk() {
  const kept = memoryKept();
  let local: Record<string, string> = {};
  const begin = (store = kept) => {
    const storage = memoryStorage(local);
    const removeItem = (key: string) => void delete local[key];
    return createClosing({ storage: { ...storage, removeItem }, kept: store, wallMs: () => 7 });
  };
  return {
    kept,
    begin,
    local: () => local,
    /** What was written to `localStorage` since then never came to the disk. */
    remember: () => {
      const then = { ...local };
      return () => void (local = { ...then });
    },
  };
}

describe("staff's word on whether a kiosk takes cards", () => {
  it("[SF5] is known at once, and at the next start before anything else", () => {
    const { begin, local } = aKiosk();
    expect(begin().isClosed.value).toBe(false);
    const closing = begin();
    expect(closing.say(true)).toBe(true);
    expect(closing.isClosed.value).toBe(true);
    expect(local()[CLOSED_KEY]).toBe("7");
    expect(begin().isClosed.value).toBe(true);
  });

  it.each([true, false])(
    "[SF5] outlasts a plug that is pulled right after: %s",
    async (isClosed) => {
      const { begin, remember, local } = aKiosk();
      if (!isClosed) begin().say(true);
      const pullPlug = remember();
      begin().say(isClosed);
      pullPlug();
      const after = begin();
      await waitFor("the database to be read", () => after.isClosed.value === isClosed);
      expect(local()[CLOSED_KEY]).toBe(isClosed ? "7" : undefined);
      expect(begin().isClosed.value).toBe(isClosed);
    },
  );

  it("[SF5] counts by which was said later, also where the database missed that", async () => {
    const { begin, kept } = aKiosk();
    begin().say(true);
    const withoutDatabase = begin({ ...BROKEN_KEPT, values: {} });
    expect(withoutDatabase.isClosed.value).toBe(true);
    expect(withoutDatabase.say(false)).toBe(true);
    const after = begin();
    await kept.get("anything");
    expect(after.isClosed.value).toBe(false);
  });

  it("[SF5] is kept in the database alone where the other storage is full, and says so", async () => {
    const { kept } = aKiosk();
    const full = {
      getItem: () => null,
      removeItem: () => undefined,
      setItem: () => {
        throw new Error("full");
      },
    };
    expect(createClosing({ storage: full, kept, wallMs: () => 7 }).say(true)).toBe(false);
    const after = createClosing({ storage: full, kept, wallMs: () => 8 });
    await waitFor("the database to be read", () => after.isClosed.value);
  });
});
