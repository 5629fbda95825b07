/** One flush at a time across page, tabs and worker (rule FL2). Correctness never depends on it. */
export interface LockPort {
  /**
   * Runs `work` while holding the lock, or not at all when somebody else holds it. `steal` takes it
   * from a holder that no longer moves.
   */
  readonly hold: <T>(work: () => Promise<T>, steal: boolean) => Promise<Held<T>>;
}

export type Held<T> = { readonly held: true; readonly value: T } | { readonly held: false };

/** Held by whoever empties the outbox. */
export const FLUSH_LOCK = "tarjeta-flush";

/** The browser's lock; where there is none, as outside a secure context, everybody holds it. */
export function webLock(locks: LockManager | undefined): LockPort {
  return {
    async hold(work, steal) {
      if (locks === undefined) return { held: true, value: await work() };
      let running: ReturnType<typeof work> | undefined;
      const options: LockOptions = steal ? { steal: true } : { ifAvailable: true };
      try {
        await locks.request(FLUSH_LOCK, options, async (lock) => {
          if (lock !== null) await (running = work());
        });
      } catch (error) {
        // Taken from us; the work goes on, and its outcome is what counts.
        if (running === undefined) throw error;
      }
      return running === undefined ? { held: false } : { held: true, value: await running };
    },
  };
}
