/** A time that passes only from one event to the next, as soon as nothing is left to do at this one. */
export interface VirtualTime {
  readonly nowMs: () => number;
  /** Runs something at that moment, in whole milliseconds, or at once when it is over. */
  readonly at: (atMs: number, run: () => void) => void;
  readonly sleep: (forMs: number) => Promise<void>;
  readonly runUntil: (endMs: number) => Promise<void>;
}

interface Event {
  readonly atMs: number;
  /** Events of one moment keep their order. */
  readonly number: number;
  readonly run: () => void;
}

/**
 * Whatever an event sets going must come to rest by promises alone, or by a further event: there is no
 * other time to wait for.
 */
export function createVirtualTime(startMs: number): VirtualTime {
  const heap: Event[] = [];
  let nowMs = startMs;
  let numbers = 0;

  const at = (atMs: number, run: () => void) => {
    numbers += 1;
    push(heap, { atMs: Math.max(Math.ceil(atMs), nowMs), number: numbers, run });
  };
  return {
    nowMs: () => nowMs,
    at,
    sleep: (forMs) => new Promise((wake) => at(nowMs + forMs, wake)),
    runUntil: async (endMs) => {
      while (heap[0] !== undefined && heap[0].atMs <= endMs) {
        const event = pop(heap);
        nowMs = event.atMs;
        event.run();
        await allAtRest();
      }
      nowMs = endMs;
    },
  };
}

/** Node comes to this only when no promise has anything more to do. */
function allAtRest(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.number < b.number);
}

function push(heap: Event[], event: Event): void {
  let index = heap.push(event) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (isBefore(heap[parent]!, event)) break;
    heap[index] = heap[parent]!;
    index = parent;
  }
  heap[index] = event;
}

function pop(heap: Event[]): Event {
  const first = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return first;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
    if (isBefore(last, heap[child]!)) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = last;
  return first;
}
