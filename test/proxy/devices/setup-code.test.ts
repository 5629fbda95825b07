import { describe, expect, it } from "vitest";
import { KioskConfig } from "../../../src/contract/kiosk-config.ts";
import { EXAMPLE_CONFIG } from "../../../src/contract/example-config.ts";
import { CODE_ALPHABET } from "../../../src/contract/pairing.ts";
import { SETUP_EXAMPLE, SETUP_PREFIX, setupCodeFrom } from "../../../src/contract/setup-code.ts";
import { newCode } from "../../../src/proxy/devices/pairing-code.ts";
import { createSetupCodes } from "../../../src/proxy/devices/setup-code.ts";
import { makeKeys } from "../../../src/proxy/keys/keys.ts";
import { pairAs } from "../../support/devices.ts";
import { KEYS } from "../../support/keys.ts";
import { aListener } from "../../support/listener.ts";

const codes = createSetupCodes(KEYS);

/** Another character in place of the one at `place`. */
function altered(signed: string, place: number): string {
  const old = CODE_ALPHABET.indexOf(signed[place]!);
  const other = CODE_ALPHABET[(old + 1) % CODE_ALPHABET.length];
  return signed.slice(0, place) + other + signed.slice(place + 1);
}

describe("the text of a set-up code", () => {
  it("is read in capitals or small letters, and nothing else is one", () => {
    const signed = codes.sign("ABCD2345");
    expect(signed).toHaveLength(40);
    const text = SETUP_PREFIX + signed;
    for (const read of [text, text.toLowerCase(), ` ${text}\r`]) {
      expect(setupCodeFrom(read)).toBe(signed);
    }
    for (const other of [
      "",
      signed,
      "2912345678906",
      `${text}A`,
      text.slice(1),
      "TARJETA:ABCD2345",
    ]) {
      expect(setupCodeFrom(other), other).toBeUndefined();
    }
  });

  it("[PR1] is nobody's card: a configuration that takes it for one is refused by its field", () => {
    const greedy = {
      ...EXAMPLE_CONFIG.cardRules[0]!,
      match: ".+",
      checkDigit: "none",
      refuses: [],
      accepts: ["1"],
    };
    const parsed = KioskConfig.safeParse({ ...EXAMPLE_CONFIG, cardRules: [greedy] });
    expect(parsed.error?.issues[0]).toMatchObject({
      path: ["cardRules", 0, "match"],
      message: "takes the codes that set a kiosk up for cards",
    });
    expect(setupCodeFrom(SETUP_EXAMPLE)).toBeDefined();
  });
});

describe("the proxy's word for a code", () => {
  it("[PR1] is known again by whoever has its keys, and by nobody else", () => {
    const code = newCode();
    const signed = codes.sign(code);
    expect(codes.verified(signed)).toBe(code);
    expect(createSetupCodes(KEYS).verified(signed)).toBe(code);
    expect(createSetupCodes(makeKeys()).verified(signed)).toBeUndefined();
  });

  it("[PR1] is for this code alone: with any character altered it is nobody's", () => {
    const signed = codes.sign(newCode());
    for (let place = 0; place < signed.length; place += 1) {
      expect(codes.verified(altered(signed, place)), String(place)).toBeUndefined();
    }
  });
});

/** One kiosk shows what it read to the proxy. */
function pairWith(listener: Awaited<ReturnType<typeof aListener>>, code: string) {
  return pairAs(code, (path, init) => fetch(listener.url + path, init), listener.clock);
}

describe("a set-up code brought to the proxy", () => {
  it("[PR1] pairs once, and the code to type is used up with it", async () => {
    const listener = await aListener();
    const grant = {
      storeId: "madrid-1",
      kioskId: "door",
      timeZone: undefined,
      name: "door",
      replaces: undefined,
    };
    const { code, setupCode } = await listener.desk.pairing.makeCode(grant);
    const signed = setupCodeFrom(setupCode)!;
    expect(await pairWith(listener, signed)).toMatchObject({ device: { storeId: "madrid-1" } });
    await expect(pairWith(listener, signed)).rejects.toThrow("refused");
    await expect(pairWith(listener, code)).rejects.toThrow("refused");
    expect(listener.desk.registry.list()).toHaveLength(1);
  });

  it("[PR1] forged, pairs nothing, and keeps nobody from pairing however often it is shown", async () => {
    const listener = await aListener();
    const code = await listener.pairingCode();
    const forged = createSetupCodes(makeKeys()).sign(code);
    for (let count = 0; count < 7; count += 1) {
      await expect(pairWith(listener, forged)).rejects.toThrow("refused");
    }
    expect(listener.desk.registry.list()).toEqual([]);
    expect(await pairWith(listener, code)).toMatchObject({ device: { storeId: "store-1" } });
  });

  it("[PR1] is heard where wrong codes were typed too often", async () => {
    const listener = await aListener();
    for (let count = 0; count < 5; count += 1) {
      await expect(pairWith(listener, newCode())).rejects.toThrow("refused");
    }
    const code = await listener.pairingCode();
    await expect(pairWith(listener, code)).rejects.toThrow("throttled");
    expect(await pairWith(listener, codes.sign(code))).toMatchObject({ name: "kiosk-1" });
  });

  it("[PR1] waits for approval where approval is on", async () => {
    const listener = await aListener({}, { needsApproval: true });
    const paired = pairWith(listener, codes.sign(await listener.pairingCode()));
    await expect
      .poll(() => listener.desk.registry.list().map(({ state }) => state))
      .toEqual(["waiting"]);
    const { deviceId } = listener.desk.registry.list()[0]!.device;
    await listener.desk.registry.pair(() =>
      listener.store.approveDevice(deviceId, listener.clock.wallMs()),
    );
    expect(await paired).toMatchObject({ name: "kiosk-1" });
  });
});
