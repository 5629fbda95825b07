import {
  addPending,
  put,
  replaceAttributes,
  type Profile,
  type StoredAttribute,
} from "./profile.ts";
import type { ProfileStore } from "./profile-store.ts";
import type { Switches } from "./switches.ts";
import { browserKey, ecidKey, memberKey, type LinkedIds } from "./target-id.ts";

/** One page view, with the ids its page sent. At least `tntId` or `thirdPartyId` is there. */
export interface SiteVisit extends LinkedIds {
  readonly attributes?: Readonly<Record<string, string>> | undefined;
}

/** Source: a session ends, and its profile is saved, "after 30 minutes of inactivity". */
export const SESSION_IDLE_MS = 30 * 60_000;

/** Source: "Updates are synced with the profile store every 5-10 minutes." */
export const SYNC_MIN_MS = 5 * 60_000;
export const SYNC_MAX_MS = 10 * 60_000;

/**
 * Visits to the site, each on an edge of Target's, which works on a copy of the profile of its own.
 *
 * The copy is taken when the session begins, and a member's profile laid over it at the log-in:
 * "the attribute stored in the mbox3rdPartyId overwrites the attribute from the PCID". What the
 * session sets is brought to the profile store every 5 to 10 minutes, and from then on the ids find
 * one profile. At the end of the session "the merged data replaces the previous data associated with
 * the mbox3rdPartyId": whatever an update by API wrote there meanwhile is gone.
 */
export interface Sessions {
  readonly visit: (visit: SiteVisit, nowMs: number) => void;
  /** Does what was due by `nowMs`, in its order. */
  readonly advance: (nowMs: number) => void;
  readonly clear: () => void;
}

interface Session {
  readonly browser: string | undefined;
  member: string | undefined;
  ecid: string | undefined;
  /** The edge's own copy. */
  readonly attributes: Map<string, StoredAttribute>;
  /** Names in it that the profile store has not seen. */
  readonly unsynced: Set<string>;
  lastActiveMs: number;
  nextSyncMs: number;
}

export function createSessions(
  store: ProfileStore,
  switches: Switches,
  random: () => number,
): Sessions {
  const sessionByKey = new Map<string, Session>();
  let nextDueMs = Number.POSITIVE_INFINITY;

  const drawSyncMs = (fromMs: number) =>
    fromMs + SYNC_MIN_MS + random() * (SYNC_MAX_MS - SYNC_MIN_MS);
  const endMsOf = (session: Session) => session.lastActiveMs + SESSION_IDLE_MS;
  const dueMsOf = (session: Session) => Math.min(session.nextSyncMs, endMsOf(session));
  const remember = () => {
    nextDueMs = Number.POSITIVE_INFINITY;
    for (const session of sessionByKey.values()) nextDueMs = Math.min(nextDueMs, dueMsOf(session));
  };

  const begin = (key: string, visit: SiteVisit, nowMs: number): Session => {
    const known = sessionByKey.get(key);
    if (known !== undefined && !isSomebodyElse(known, visit)) return known;
    if (known !== undefined) end(store, switches, known, nowMs);
    const isNext = known !== undefined;
    const session: Session = {
      browser: visit.tntId === undefined ? undefined : key,
      member: undefined,
      ecid: undefined,
      // Who logs in on somebody else's browser inherits nothing of theirs.
      attributes: new Map(isNext ? [] : store.find(key, nowMs)?.attributes),
      unsynced: new Set(),
      lastActiveMs: nowMs,
      nextSyncMs: drawSyncMs(nowMs),
    };
    sessionByKey.set(key, session);
    return session;
  };

  const step = (key: string, session: Session, atMs: number) => {
    if (endMsOf(session) <= atMs) {
      sessionByKey.delete(key);
      end(store, switches, session, atMs);
      return;
    }
    // A visitor the store has never seen gets there only when the session is over.
    const profile = store.find(ownerOf(session), atMs);
    if (profile !== undefined) sync(session, profile, store);
    session.nextSyncMs = drawSyncMs(atMs);
  };

  return {
    visit: (visit, nowMs) => {
      const key =
        visit.tntId === undefined ? memberKey(visit.thirdPartyId!) : browserKey(visit.tntId);
      const session = begin(key, visit, nowMs);
      if (visit.ecid !== undefined) session.ecid = ecidKey(visit.ecid);
      if (visit.thirdPartyId !== undefined)
        logIn(store, session, memberKey(visit.thirdPartyId), nowMs);
      for (const [name, value] of Object.entries(visit.attributes ?? {})) {
        if (value === "") continue;
        session.attributes.set(name, { value, modifiedAtMs: nowMs });
        session.unsynced.add(name);
      }
      session.lastActiveMs = nowMs;
      keepAlive(store, session, nowMs);
      if (switches.newVisitor === "at-once" && store.find(ownerOf(session), nowMs) === undefined) {
        sync(session, store.create(ownerOf(session), nowMs, nowMs), store);
      }
      remember();
    },
    advance: (nowMs) => {
      for (;;) {
        const dueMs = nextDueMs;
        if (dueMs > nowMs) return;
        for (const [key, session] of sessionByKey) {
          if (dueMsOf(session) <= dueMs) step(key, session, dueMs);
        }
        remember();
      }
    },
    clear: () => {
      sessionByKey.clear();
      remember();
    },
  };
}

/** Source: an id of the company's own can have "only one value" per visitor. */
function isSomebodyElse(session: Session, { thirdPartyId }: SiteVisit): boolean {
  return (
    thirdPartyId !== undefined &&
    session.member !== undefined &&
    session.member !== memberKey(thirdPartyId)
  );
}

/** The key under which the session's data are kept: the member's, once there is one. */
function ownerOf(session: Session): string {
  return session.member ?? session.browser!;
}

/** Source: "all previously loaded profile attributes tied to the 3rdPartyId are immediately available". */
function logIn(store: ProfileStore, session: Session, member: string, nowMs: number): void {
  if (session.member === member) return;
  session.member = member;
  const stored = store.find(member, nowMs);
  const own = session.browser === undefined ? undefined : store.find(session.browser, nowMs);
  if (stored !== undefined && stored === own) return;
  // A browser that was another member's last time brings nothing of that one along.
  if (own !== undefined && isAnybodys(own)) {
    for (const name of session.attributes.keys()) {
      if (!session.unsynced.has(name)) session.attributes.delete(name);
    }
  }
  for (const name of session.attributes.keys()) session.unsynced.add(name);
  for (const [name, attribute] of stored?.attributes ?? []) {
    session.attributes.set(name, attribute);
    session.unsynced.delete(name);
  }
}

function isAnybodys(profile: Profile): boolean {
  return [...profile.keys].some((key) => key.startsWith("member:"));
}

/** Every page view is activity, for both ids. */
function keepAlive(store: ProfileStore, { browser, member }: Session, nowMs: number): void {
  for (const key of [browser, member]) {
    const profile = key === undefined ? undefined : store.find(key, nowMs);
    if (profile !== undefined) store.visited(profile, nowMs);
  }
}

/** Brings what the session has set to the profile store, and its ids to one profile. */
function sync(session: Session, profile: Profile, store: ProfileStore): void {
  const fresh = new Map([...session.attributes].filter(([name]) => session.unsynced.has(name)));
  session.unsynced.clear();
  put(profile, fresh);
  profile.modifiedAtMs = Math.max(
    profile.modifiedAtMs,
    ...[...fresh.values()].map(({ modifiedAtMs }) => modifiedAtMs),
  );
  join(session, profile, store);
}

function join({ browser, ecid }: Session, profile: Profile, store: ProfileStore): void {
  if (browser !== undefined) {
    const before = store.find(browser, Number.NEGATIVE_INFINITY);
    if (before !== undefined && before !== profile && !isAnybodys(before)) {
      // Updates by mboxPC that were acknowledged before the two became one.
      for (const update of before.pending) addPending(profile, update);
      for (const key of Array.from(before.keys)) store.point(key, profile);
    }
    store.point(browser, profile);
  }
  if (ecid !== undefined) store.point(ecid, profile);
}

function end(store: ProfileStore, switches: Switches, session: Session, atMs: number): void {
  const owner = ownerOf(session);
  const profile =
    store.find(owner, atMs) ?? store.create(owner, session.lastActiveMs, session.lastActiveMs);
  if (session.member !== undefined && switches.sessionEndOverwrites === "yes") {
    replaceAttributes(profile, session.attributes);
    profile.modifiedAtMs = atMs;
  }
  sync(session, profile, store);
  profile.activeAtMs = Math.max(profile.activeAtMs, session.lastActiveMs);
}
