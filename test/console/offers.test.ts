import { expect, it } from "vitest";
import { Role } from "../../src/contract/admin.ts";
import { ALLOWANCE_PATH } from "../../src/contract/allowance.ts";
import { REDRIVE_PATH } from "../../src/contract/dead-letters.ts";
import { FORWARDING_PATH } from "../../src/contract/forwarding.ts";
import { HELP_CALLS_PATH } from "../../src/contract/help-call.ts";
import { JOURNEYS_PATH } from "../../src/contract/journey.ts";
import { KIOSKS_PATH } from "../../src/contract/kiosk-state.ts";
import { offersFor, type Offers } from "../../src/console/offers.ts";
import { openTokenStore } from "../../src/proxy/admin/token-file.ts";
import { anAdminOf } from "../support/admin-routes.ts";
import { aListener } from "../support/listener.ts";
import { anId } from "../support/store-builders.ts";
import { aFolder } from "../support/store-files.ts";

const ROUTES: readonly (readonly [offer: keyof Offers, method: "GET" | "POST", path: string])[] = [
  ["chain", "GET", ALLOWANCE_PATH],
  ["allKiosks", "GET", KIOSKS_PATH],
  ["journey", "POST", JOURNEYS_PATH],
  ["forwarding", "POST", `${FORWARDING_PATH}/pause`],
  ["redrive", "POST", REDRIVE_PATH],
  ["help", "POST", `${HELP_CALLS_PATH}/${anId(1)}/answer`],
];

it.each(Role.options)(
  "[CO5] offers the role %s what the listener does not refuse",
  async (role) => {
    const namedTokens = openTokenStore(aFolder());
    const added = namedTokens.add("somebody", role, 1, role === "store" ? "store-1" : undefined);
    if (!added.ok) throw new Error(added.error);
    const admin = anAdminOf({ ...(await aListener()), namedTokens });
    for (const [offer, method, url] of ROUTES) {
      const answer = await admin.inject({
        method,
        url,
        headers: { authorization: `Bearer ${added.value}`, "content-type": "application/json" },
        ...(method === "POST" ? { payload: "{}" } : {}),
      });
      const isRefused = answer.statusCode === 403;
      expect([offer, isRefused]).toEqual([offer, !offersFor(role)[offer]]);
    }
  },
);
