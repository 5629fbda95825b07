import { describe, expect, it } from "vitest";
import { createSwitches, SWITCHES } from "../../src/emulator/switches.ts";
import { createEmulator } from "../../src/emulator/target-emulator.ts";

const CLOCK = { wallMs: () => 0, monoMs: () => 0 };

function anEmulator(options: object = {}) {
  const { app, ...emulator } = createEmulator({ clock: CLOCK, ...options });
  const get = async () => (await app.inject("/_emulator/switches")).json().switches;
  const put = (payload: object) =>
    app.inject({ method: "PUT", url: "/_emulator/switches", payload });
  const valueOf = async (name: string) =>
    (await get()).find((each: { name: string }) => each.name === name)?.value;
  return { ...emulator, get, put, valueOf };
}

describe("switches", () => {
  it("[EM1] are one table: each has a name, its positions, a default among them and a sentence", () => {
    for (const [name, each] of Object.entries(SWITCHES)) {
      expect(name).toMatch(/^[a-z][A-Za-z0-9]+$/);
      expect(each.about, name).toMatch(/^[A-Z].*\.$/);
      expect(() => createSwitches({ [name]: each.default }), name).not.toThrow();
      if (each.kind === "choice") expect(new Set(each.values).size).toBe(each.values.length);
    }
  });

  it("[EM1] stand at the default, at what the options say, or where they were put", async () => {
    const { valueOf, put, ...emulator } = anEmulator({ switches: { lifetimeDays: 90 } });
    expect(await valueOf("lifetimeDays")).toBe(90);
    expect(await valueOf("bothIds")).toBe("refused-body");
    expect((await put({ bothIds: "member-counts" })).statusCode).toBe(200);
    emulator.switch({ emptyValue: "clears" });
    expect(await valueOf("bothIds")).toBe("member-counts");
    expect(await valueOf("emptyValue")).toBe("clears");
  });

  it("[EM1] refuse a wrong name or position with its path, and then move nothing", async () => {
    const { valueOf, put, ...emulator } = anEmulator();
    const wrong = await put({ emptyValue: "clears", bothIds: "perhaps" });
    expect(wrong.statusCode).toBe(400);
    expect(wrong.json().message).toContain("bothIds");
    expect((await put({ nonsense: "yes" })).json().message).toContain("nonsense");
    expect((await put({ lifetimeDays: 0 })).json().message).toContain("lifetimeDays");
    expect(() => emulator.switch({ lifetimeDays: -1 })).toThrow(/lifetimeDays/);
    expect(await valueOf("emptyValue")).toBe("ignored");
  });

  it("[EM1] move with the tuning, where the answer over the limit always was", async () => {
    const { valueOf, tune } = anEmulator({ overLimit: "status-429" });
    expect(await valueOf("overLimit")).toBe("status-429");
    tune({ overLimit: "status-503" });
    expect(await valueOf("overLimit")).toBe("status-503");
  });
});
