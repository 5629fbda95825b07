/** What is read of Lighthouse's report (its JSON, format 13). */
export interface Report {
  readonly categories: Readonly<Record<string, Category>>;
  readonly audits: Readonly<Record<string, Audit>>;
  /** What kept the page from being looked at. */
  readonly runtimeError?: { readonly code: string; readonly message: string };
}

interface Category {
  readonly title: string;
  /** From 0 to 1; none where an audit that counts could not be made. */
  readonly score: number | null;
  readonly auditRefs: readonly { readonly id: string; readonly weight: number }[];
}

interface Audit {
  readonly id: string;
  readonly title: string;
  /** From 0 to 1; none for what is only told, or does not apply. */
  readonly score: number | null;
  readonly displayValue?: string;
  /** Milliseconds that mending it would take off a metric, by Lighthouse's estimate. */
  readonly metricSavings?: Readonly<Record<string, number>>;
  readonly details?: { readonly items?: readonly Readonly<Record<string, unknown>>[] };
}

/** Of 100, as Lighthouse shows it. */
export function scoreOf({ categories }: Report, category: string): number {
  const score = categories[category]?.score;
  if (score === undefined || score === null) {
    throw new Error(`Lighthouse gave no score for ${category}.`);
  }
  return Math.round(score * 100);
}

/** Every audit that is not perfect, one line each: its title, and what it costs its category. */
export function shortfalls({ categories, audits }: Report): readonly string[] {
  return Object.values(categories).flatMap(({ title, auditRefs }) => {
    const whole = auditRefs.reduce((sum, { weight }) => sum + weight, 0);
    return auditRefs.flatMap(({ id, weight }) => {
      const audit = audits[id];
      if (audit === undefined || audit.score === null || audit.score === 1) return [];
      const points = (100 * weight * (1 - audit.score)) / whole;
      return [`${title}: ${audit.title}${shown(audit)}: ${costOf(points, audit)}`];
    });
  });
}

/** Markdown of Lighthouse's own is left as it is. */
function shown({ displayValue }: Audit): string {
  return displayValue === undefined || displayValue === "" ? "" : ` (${displayValue})`;
}

/** What weighs nothing costs nothing by itself; some of it says what a metric would gain. */
function costOf(points: number, { metricSavings = {} }: Audit): string {
  if (points > 0) return `${points.toFixed(1)} points`;
  const gains = Object.entries(metricSavings).filter(([, ms]) => ms > 0);
  if (gains.length === 0) return "no points";
  return `no points by itself, ${gains.map(([metric, ms]) => `${ms} ms of ${metric}`).join(", ")}`;
}

/** The statuses with which an address was answered while the page loaded. */
export function answersTo({ audits }: Report, pathname: string): readonly number[] {
  const requests = audits["network-requests"]?.details?.items ?? [];
  return requests
    .filter(({ url }) => typeof url === "string" && new URL(url).pathname === pathname)
    .map(({ statusCode }) => Number(statusCode));
}
