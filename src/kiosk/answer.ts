import type { KioskConfig } from "../contract/kiosk-config.ts";
import type { Device, Update } from "../contract/update.ts";
import type { VisitorId } from "../domain/visitor-id.ts";
import { textAttribute, updateBase } from "./capture.ts";
import { groundOf, isCovered, type Agreement } from "./ground.ts";

/** What an answer adds: one attribute, holding the choice's code. */
export function answerUpdate(
  visitor: VisitorId,
  device: Device,
  config: KioskConfig,
  answer: { readonly attribute: string; readonly code: string },
  agreement?: Agreement,
): Update {
  const attributes = [textAttribute(answer.attribute, answer.code)];
  const ground = groundOf(
    isCovered(answer.attribute, agreement, config) ? agreement : undefined,
    config,
  );
  return { ...updateBase(visitor, device, config), ground, occasion: "answer", attributes };
}
