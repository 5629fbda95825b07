import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createMetrics } from "../../../src/proxy/metrics.ts";
import { createProcessMetrics } from "../../../src/proxy/process-metrics.ts";
import { StoreUnreachableError } from "../../../src/proxy/store/store-error.ts";
import type { StoreFigures } from "../../../src/proxy/store/store.ts";
import { callOnce, scan, settle, ASK } from "../../support/look-steps.ts";
import { namesIn } from "../../support/promql.ts";
import { seriesIn, valueOf } from "../../support/prometheus.ts";
import { aFolder, aMemoryStore } from "../../support/store-files.ts";
import { aHealth, aHeartbeat, NOW, someTroubles } from "../../support/store-builders.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const README = readFileSync(path.join(ROOT, "README.md"), "utf8");
const INSTALL = path.join(ROOT, "src/proxy/install");

interface Alert {
  readonly name: string;
  readonly expression: string;
  readonly runbook: string;
  readonly severity: string;
}

/** The rules as they stand in the file, one after the other. */
function alertsIn(text: string): readonly Alert[] {
  return text
    .split(/^ {6}- alert: /m)
    .slice(1)
    .map((part) => {
      const line = (key: string) => new RegExp(`^ +${key}: (.+)$`, "m").exec(part)?.[1] ?? "";
      return {
        name: part.slice(0, part.indexOf("\n")),
        expression: line("expr"),
        runbook: line("runbook"),
        severity: line("severity"),
      };
    });
}

const ALERTS = alertsIn(readFileSync(path.join(INSTALL, "alerts.yaml"), "utf8"));

const DASHBOARD = JSON.parse(
  readFileSync(path.join(INSTALL, "grafana-dashboard.json"), "utf8"),
) as {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { expr: string }[];
  }[];
};

/** The steps of the runbook, by their headings. */
const STEPS = [
  ...README.slice(README.indexOf("### Runbook"), README.indexOf("## What happens when")).matchAll(
    /^#### (.+)$/gm,
  ),
].map(([, heading]) => heading);

/** The text of a proxy that has seen a little of everything. */
async function metricsText(): Promise<string> {
  const store = await aMemoryStore();
  await store.heartbeat(
    aHeartbeat({ health: aHealth({ camera: "refused", troubles: someTroubles() }) }),
    NOW,
  );
  await scan(store, { a: "1" });
  await callOnce(store);
  await scan(store, { a: "1" }, { card: "22" });
  const { claims } = await store.claim(ASK);
  await settle(store, claims[0]!, { type: "refused", reason: "no", atMs: NOW });
  const ownMetrics = createProcessMetrics(aFolder());
  const request = {
    listener: "kiosk",
    method: "POST",
    route: "/v1/updates",
    seconds: 0.01,
  } as const;
  for (const status of [200, 400, 503]) ownMetrics.observeRequest({ ...request, status });
  for (const outcome of ["delivered", "refused", "unavailable", "never_left"]) {
    ownMetrics.observeCall({ call: "update", outcome, seconds: 0.3 });
  }
  const figures = () => store.figures(NOW, 0);
  return createMetrics({ figures, allowed: 10, ownMetrics, looks: () => ({ applied: 1 }) })();
}

const EXPRESSIONS = [
  ...ALERTS.map(({ name, expression }) => [name, expression] as const),
  ...DASHBOARD.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [title, expr] as const),
  ),
];

describe("the alert rules and the dashboard", () => {
  it("[OP6] ask for no metric and no label that a real text does not have", async () => {
    const text = await metricsText();
    const types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]),
    );
    const series = seriesIn(text);
    const isTold = (name: string) =>
      types.has(name) || types.get(name.replace(/_(?:bucket|sum|count)$/, "")) === "histogram";
    expect(EXPRESSIONS.length).toBeGreaterThan(40);
    for (const [of, expression] of EXPRESSIONS) {
      const { metrics, selectors, groupings } = namesIn(expression);
      expect(metrics.size, of).toBeGreaterThan(0);
      for (const name of metrics) expect(isTold(name), `${of}: ${name}`).toBe(true);
      const told = series.filter(({ name }) => metrics.has(name));
      const labels = new Set(told.flatMap((each) => Object.keys(each.labels)));
      for (const label of groupings) {
        expect(label === "instance" || labels.has(label), `${of}: by ${label}`).toBe(true);
      }
      for (const [name, label, value] of selectors) {
        const values = series
          .filter((each) => each.name === name)
          .map((each) => each.labels[label]);
        for (const each of value.split("|")) expect(values, `${of}: ${label}`).toContain(each);
      }
    }
  });

  it("[OP6] name, with every alert, a step of the runbook that is there, and leave no step out", () => {
    expect(ALERTS.length).toBeGreaterThanOrEqual(10);
    for (const { name, runbook, severity } of ALERTS) {
      expect(STEPS, name).toContain(runbook);
      expect(["page", "ticket"], name).toContain(severity);
    }
    expect(new Set(ALERTS.map(({ runbook }) => runbook))).toEqual(new Set(STEPS));
  });

  it("[OP6] are what the table of ten questions says", () => {
    const table = README.slice(README.indexOf("### Ten questions"), README.indexOf("### Runbook"));
    const rows = table.split("\n").filter((line) => /^\| \d+ \|/.test(line));
    expect(rows).toHaveLength(10);
    const named = [...table.matchAll(/`(Tarjeta\w+)`/g)].map(([, name]) => name);
    expect(new Set(named)).toEqual(new Set(ALERTS.map(({ name }) => name)));
    const metrics = [...table.matchAll(/`((?:tarjeta|process)_\w+)`/g)].map(([, name]) => name);
    const asked = new Set(EXPRESSIONS.flatMap(([, each]) => [...namesIn(each).metrics]));
    for (const name of metrics) {
      const isAsked = [...asked].some(
        (each) => each.replace(/_(?:bucket|sum|count)$/, "") === name,
      );
      expect(isAsked || asked.has(name!), name).toBe(true);
    }
  });

  it.each(["sum(rate(a[5m])", 'a{b="c}', "nothing(a)", "a b", "max by (a", 'a{b~"c"}', "a ? 1"])(
    "[OP6] would be found broken: %s",
    (expression) => {
      expect(() => namesIn(expression)).toThrow();
    },
  );
});

describe("the metrics", () => {
  it("[OP6] say that the database does not answer, and tell no figure as it was", async () => {
    const store = await aMemoryStore();
    let isUp = true;
    const metrics = createMetrics({
      figures: async () => {
        if (!isUp) throw new StoreUnreachableError("gone");
        return store.figures(NOW, 0);
      },
      allowed: 10,
      ownMetrics: createProcessMetrics(aFolder()),
    });
    expect(valueOf(seriesIn(await metrics()), "tarjeta_database_up")).toBe(1);
    isUp = false;
    const text = await metrics();
    expect(valueOf(seriesIn(text), "tarjeta_database_up")).toBe(0);
    expect(text).not.toContain("tarjeta_visitors_waiting");
    expect(text).toContain("process_resident_memory_bytes");
    isUp = true;
    expect(await metrics()).toContain("tarjeta_visitors_waiting");
  });

  it("[OP6] forget a kiosk that may send no longer, and a class that nobody is in", async () => {
    const store = await aMemoryStore();
    await store.heartbeat(aHeartbeat({ health: aHealth() }), NOW);
    const read = await store.figures(NOW, 0);
    let figures = {
      ...read,
      deadLettersByClass: { refused: 2 } as StoreFigures["deadLettersByClass"],
    };
    const metrics = createMetrics({
      figures: async () => figures,
      allowed: 10,
      ownMetrics: createProcessMetrics(aFolder()),
    });
    expect(await metrics()).toContain('kiosk="K-1"');
    figures = { ...read, kiosks: [], deadLettersByClass: {} };
    const text = await metrics();
    expect(text).not.toContain('kiosk="K-1"');
    expect(valueOf(seriesIn(text), "tarjeta_dead_letters", { class: "refused" })).toBe(0);
  });
});
