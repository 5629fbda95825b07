import type { FastifyInstance, FastifyReply } from "fastify";
import {
  DEVICES_PATH,
  NewPairingRequest,
  PAIRINGS_PATH,
  type NewPairingAnswer,
  type PairedDevice,
  type WriteOffReceipt,
} from "../../contract/admin.ts";
import { fingerprintOf } from "../../contract/pairing.ts";
import type { Clock } from "../../domain/clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { whereOf } from "../issue-words.ts";
import { parseJson } from "../parse-json.ts";
import { replyProblem } from "../problem-reply.ts";
import type { DeviceStore, KeyedDevice, PairingGrant } from "../store/device-store.ts";
import type { Pairing } from "./pairing.ts";
import type { DeviceRegistry } from "./registry.ts";

export interface DeviceRoutesDeps {
  readonly registry: DeviceRegistry;
  readonly pairing: Pick<Pairing, "makeCode">;
  readonly store: Pick<DeviceStore, "approveDevice" | "writeOff">;
  readonly clock: Pick<Clock, "wallMs">;
}

/** Kiosks by those who run them: codes, the list, letting in and shutting out. */
export function routeDevices(admin: FastifyInstance, deps: DeviceRoutesDeps): void {
  const { registry, pairing, store, clock } = deps;

  admin.post(
    PAIRINGS_PATH,
    { config: { access: ["operator"], act: "pairing-code" } },
    async (request, reply) => {
      const asked = NewPairingRequest.safeParse(parseJson(request.body));
      if (!asked.success) {
        return replyProblem(reply, "invalid-body", `${whereOf(asked.error)}.`);
      }
      const grant = grantFor(asked.data, registry.list());
      if (!grant.ok) return replyProblem(reply, "invalid-body", grant.error);
      request.actSubject = `${grant.value.storeId} ${grant.value.kioskId}`;
      const made: NewPairingAnswer = await pairing.makeCode(grant.value);
      return reply.code(201).send(made);
    },
  );

  admin.get(
    DEVICES_PATH,
    { config: { access: ["viewer", "operator", "store"], isByStore: true } },
    async ({ actor }) => {
      const storeId = actor?.storeId;
      const seen = registry
        .list()
        .filter(({ device }) => storeId === undefined || device.storeId === storeId);
      return { devices: seen.map(viewOf) };
    },
  );

  admin.post<{ Params: { deviceId: string } }>(
    `${DEVICES_PATH}/:deviceId/revoke`,
    { config: { access: ["operator"], act: "device-revoke" } },
    async (request, reply) => {
      const { deviceId } = request.params;
      request.actSubject = deviceId;
      return (await registry.revoke(deviceId)) ? reply.code(204).send() : replyUnknown(reply);
    },
  );

  admin.post<{ Params: { deviceId: string } }>(
    `${DEVICES_PATH}/:deviceId/approve`,
    { config: { access: ["operator"], act: "device-approve" } },
    async (request, reply) => {
      const { deviceId } = request.params;
      request.actSubject = deviceId;
      const approved = await registry.pair(() => store.approveDevice(deviceId, clock.wallMs()));
      return approved === undefined ? replyUnknown(reply) : reply.code(204).send();
    },
  );

  admin.post<{ Params: { deviceId: string } }>(
    `${DEVICES_PATH}/:deviceId/write-off`,
    { config: { access: ["operator"], act: "device-write-off" } },
    async (request, reply) => {
      const { deviceId } = request.params;
      request.actSubject = deviceId;
      const outcome = await store.writeOff(deviceId, clock.wallMs());
      switch (outcome.type) {
        case "written-off":
          return { numbers: outcome.numbers } satisfies WriteOffReceipt;
        case "still-paired":
          return replyProblem(reply, "still-paired", "Revoke it first, or wait for what it owes.");
        case "unknown":
          return replyProblem(reply, "not-found", "No kiosk of that id was ever paired.");
      }
    },
  );
}

function replyUnknown(reply: FastifyReply): FastifyReply {
  return replyProblem(reply, "not-found", "No kiosk of that id waits for this.");
}

/** What a request for a code comes to; an error names the field. */
function grantFor(
  asked: NewPairingRequest,
  known: readonly KeyedDevice[],
): Result<PairingGrant, string> {
  const old = known.find(({ device }) => device.deviceId === asked.replaces);
  if (asked.replaces !== undefined && old === undefined) {
    return err("replaces: no kiosk of that id was ever paired; see the list of devices.");
  }
  const storeId = asked.storeId ?? old?.device.storeId;
  const kioskId = asked.kioskId ?? old?.device.kioskId;
  if (storeId === undefined) return err("storeId: say in which store the kiosk stands.");
  if (kioskId === undefined) return err("kioskId: say what the kiosk is called in its store.");
  return ok({
    storeId,
    kioskId,
    timeZone: asked.timeZone ?? old?.device.timeZone,
    name: asked.name ?? old?.name ?? kioskId,
    replaces: asked.replaces,
  });
}

function viewOf(keyed: KeyedDevice): PairedDevice {
  const { keyId, device, name, state, pairedMs, endsMs, replaces, replacedBy } = keyed;
  return {
    ...device,
    name,
    state,
    fingerprint: fingerprintOf(keyId),
    pairedMs,
    ...(endsMs === undefined ? {} : { endsMs }),
    ...(replaces === undefined ? {} : { replaces }),
    ...(replacedBy === undefined ? {} : { replacedBy }),
  };
}
