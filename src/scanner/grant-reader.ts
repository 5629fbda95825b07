import { BAR_CODE_SCANNER, type Hid } from "./hid-device.ts";
import type { Serial } from "./serial-port.ts";

/** Told to the API that a device was granted on: browsers say nothing of one that was plugged in before. */
export const GRANTED_EVENT = "tarjeta-granted";

export type Grant =
  | "granted"
  /** Nothing was chosen. */
  | "none"
  /** The browser does not ask here: a policy forbids it, or no person pressed anything. */
  | "forbidden";

/** Has the browser ask for a HID scanner in POS mode. Only where a person just pressed something. */
export async function grantHid(hid: Hid): Promise<Grant> {
  return granting(hid, async () => {
    const devices = await hid.requestDevice({ filters: [BAR_CODE_SCANNER] });
    return devices.length > 0;
  });
}

/** Has the browser ask for a serial port. Only where a person just pressed something. */
export async function grantSerial(serial: Serial): Promise<Grant> {
  return granting(serial, async () => {
    await serial.requestPort();
    return true;
  });
}

async function granting(api: EventTarget, ask: () => Promise<boolean>): Promise<Grant> {
  try {
    if (!(await ask())) return "none";
  } catch (error) {
    // Web Serial says so when nothing was chosen. Source: WICG Web Serial, requestPort.
    const isNone = error instanceof DOMException && error.name === "NotFoundError";
    return isNone ? "none" : "forbidden";
  }
  api.dispatchEvent(new Event(GRANTED_EVENT));
  return "granted";
}
