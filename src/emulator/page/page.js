// @ts-check
// Draws what GET /_emulator/overview says, every two seconds. Text is only ever set as text: nothing
// that was sent to the emulator is parsed as HTML.

const REFRESH_MS = 2_000;
const SVG = "http://www.w3.org/2000/svg";

/** The house's ribbon, in ninetieths of the width. */
const RIBBON = "v5 w1 v3 b8 p2 b1 s4 v1 s8 o2 s6 w1 s1 w1 s9 p4 a5 p1 b7 p1 b2 w3 v2 s6 w1 v5";

/** A state is told by its shape and its word, never by colour alone. */
const SHAPES = {
  known: "●",
  unknown: "▲",
  dropped: "▲",
  refused: "■",
  complete: "●",
  incomplete: "▲",
  stuck: "■",
};

/** What each section was last drawn from, so that a selection in an unchanged one survives. */
const drawn = new Map();

drawRibbon();
await refresh();

async function refresh() {
  try {
    const answer = await fetch("/_emulator/overview", { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    draw(await answer.json());
    setText("trouble", "");
  } catch (error) {
    setText("trouble", `The emulator does not answer (${error.message}). Trying again.`);
  }
  setTimeout(refresh, REFRESH_MS);
}

function draw(overview) {
  const { client, nowMs, meter, tuning } = overview;
  setText("sentence", sentenceOf(overview));
  const { minMs, maxMs } = tuning.propagation;
  setText(
    "facts",
    `Client ${client} · Target's clock ${timeOf(nowMs)} UTC · applied ${durationOf(minMs)} to ${durationOf(maxMs)} ` +
      `after the acknowledgement · ${count(meter.fetches)} fetches · fullest 24 hours ${count(meter.maxInAnyWindow)}` +
      ` · ${count(meter.total)} calls in all`,
  );
  section("hours", [overview.hours.map((hour) => hour.calls), meter.limit], () =>
    chartOf(overview.hours, meter.limit),
  );
  section("calls", overview.calls, () => callsOf(overview.calls));
  section("profiles", overview.profiles, () =>
    profilesOf(overview.profiles, overview.profileCount),
  );
  section("batches", overview.batches, () => batchesOf(overview.batches));
  section("faults", overview.faults, () => faultsOf(overview.faults));
  const moved = overview.switches.filter((each) => each.value !== each.default);
  section("moved", moved, () => movedOf(moved));
  section("switches", overview.switches, () => switchesOf(overview.switches));
}

function sentenceOf({ meter, faults, isAuthenticationRequired }) {
  const share = `${count(meter.inWindow)} of ${count(meter.limit)} update calls in the last 24 hours`;
  const armed =
    faults.length === 0
      ? "no fault is armed"
      : `${faults.length} ${plural(faults, "fault is", "faults are")} armed`;
  return `${share}; ${armed}${isAuthenticationRequired ? "; a token is required" : ""}.`;
}

function chartOf(hours, limit) {
  const width = 1100;
  const height = 150;
  const ground = 128;
  const pace = limit / 24;
  const most = Math.max(1, ...hours.map((hour) => hour.calls));
  const scale = (calls) => (calls / most) * (ground - 22);
  const step = width / hours.length;
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img" });
  chart.setAttribute("aria-label", `Calls per hour: ${hours.map((hour) => hour.calls).join(", ")}`);
  chart.append(svg("line", { class: "base", x1: 0, x2: width, y1: ground, y2: ground }));
  for (const [index, { calls, toMs }] of hours.entries()) {
    const barHeight = calls === 0 ? 0 : Math.max(2, scale(calls));
    const x = index * step;
    chart.append(
      svg("rect", { x: x + 1.5, y: ground - barHeight, width: step - 3, height: barHeight }),
    );
    const middle = x + step / 2;
    if (calls > 0) chart.append(label(compact(calls), middle, ground - barHeight - 5));
    if (index % 3 === 2) chart.append(label(timeOf(toMs).slice(11, 16), middle, height - 6));
  }
  if (pace <= most) {
    const y = ground - scale(pace);
    chart.append(svg("line", { x1: 0, x2: width, y1: y, y2: y }));
  }
  return [chart];
}

function label(text, x, y) {
  const node = svg("text", { x, y, "text-anchor": "middle" });
  node.textContent = text;
  return node;
}

function callsOf(calls) {
  if (calls.length === 0) {
    return [
      empty(
        "Nothing yet. Send an update:",
        `curl ${location.origin}/m2/demo/profile/update -d 'mbox3rdPartyId=2912345678906&profile.lastStore=store-1'`,
      ),
    ];
  }
  const rows = calls.map(({ atMs, method, visitor, attributes, effect, note }) => [
    el("span", { class: "time" }, timeOf(atMs)),
    method,
    visitor === undefined ? "–" : `${visitor.kind} ${visitor.value}`,
    el("span", { class: `effect ${effect}` }, SHAPES[effect] ?? "", ` ${effect}`),
    [attributesOf(attributes), note ? el("div", { class: "note" }, note) : ""],
  ]);
  return [table(["Arrived", "By", "Visitor", "Effect", "Attributes"], rows, 2)];
}

function profilesOf(profiles, total) {
  if (profiles.length === 0)
    return [empty("No profile is known. Seed one: PUT /_emulator/profiles/member/…")];
  const rows = profiles.map((profile) => [
    profile.ids.map((id) => el("div", {}, id)),
    el("span", { class: "time" }, timeOf(profile.modifiedAtMs)),
    `${count(profile.bytes)} B`,
    profile.pending === 0 ? "" : `${profile.pending} to come`,
    attributesOf(
      Object.fromEntries(
        Object.entries(profile.attributes).map(([name, { value }]) => [name, value]),
      ),
    ),
  ]);
  const shown = table(["Ids", "Modified", "Size", "Pending", "Attributes"], rows, 1);
  return total > profiles.length
    ? [shown, el("p", { class: "empty" }, `${count(profiles.length)} of ${count(total)}.`)]
    : [shown];
}

function batchesOf(batches) {
  if (batches.length === 0) {
    return [
      empty(
        "None. Submit a file:",
        `curl ${location.origin}/m2/demo/v2/profile/batchUpdate --data-binary @BATCH.TXT`,
      ),
    ];
  }
  const rows = batches.map((batch) => [
    el("span", { class: "time" }, timeOf(batch.atMs)),
    el("code", {}, batch.id),
    `v${batch.version}`,
    el("span", { class: `effect ${batch.status}` }, SHAPES[batch.status] ?? "", ` ${batch.status}`),
    count(batch.rows),
    count(batch.successfulUpdates),
    count(batch.profilesNotFound),
    count(batch.failedUpdates),
  ]);
  return [
    table(
      ["Submitted", "Batch", "By", "Status", "Rows", "Successful", "Not found", "Failed"],
      rows,
      2,
    ),
  ];
}

function faultsOf(faults) {
  if (faults.length === 0) {
    return [
      empty(
        "None. Arm one:",
        `curl ${location.origin}/_emulator/faults -d '{"type":"lost-reply"}'`,
      ),
    ];
  }
  const rows = faults.map(({ type, match, times, nth, share, until, seen }) => {
    const script = [
      times === undefined ? "no end" : `${times} to come`,
      nth === undefined ? "" : `from call ${nth} on`,
      share === undefined ? "" : `${share * 100} % of calls`,
      until === undefined ? "" : `until ${timeOf(until)}`,
    ];
    const who = [match.route, match.kind, match.value].filter((each) => each !== undefined);
    return [type, who.join(" "), script.filter((each) => each !== "").join(", "), count(seen)];
  });
  return [table(["Fault", "Befalls", "Script", "Seen"], rows, 1)];
}

function movedOf(moved) {
  if (moved.length === 0) return [el("p", { class: "empty" }, "All stand at their defaults.")];
  return [switchesOf(moved)].flat();
}

function switchesOf(switches) {
  const rows = switches.map(({ name, value, about }) => [
    el("code", {}, name),
    el("code", {}, String(value)),
    el("span", { class: "note" }, about),
  ]);
  return [table(["Switch", "Stands at", "Decides"], rows, 2)];
}

/** Draws a section anew when what it shows has changed. */
function section(id, value, nodesOf) {
  const json = JSON.stringify(value);
  if (drawn.get(id) === json) return;
  drawn.set(id, json);
  document.getElementById(id).replaceChildren(...nodesOf());
}

function table(heads, rows, narrow) {
  const head = el("tr", {}, ...heads.map((text) => el("th", { scope: "col" }, text)));
  const body = rows.map((cells) =>
    el(
      "tr",
      {},
      ...cells.map((cell, index) =>
        el("td", index < narrow ? { class: "narrow" } : {}, ...[cell].flat()),
      ),
    ),
  );
  return el("table", {}, el("thead", {}, head), el("tbody", {}, ...body));
}

function attributesOf(attributes) {
  const pairs = Object.entries(attributes).map(([name, value]) => `${name}=${clipped(value)}`);
  return el("code", {}, clipped(pairs.join("  "), 600));
}

function empty(sentence, command) {
  return el("p", { class: "empty" }, sentence, " ", command ? el("code", {}, command) : "");
}

function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.flat());
  return node;
}

function svg(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}

function drawRibbon() {
  let x = 0;
  for (const bar of RIBBON.split(" ")) {
    const width = Number(bar.slice(1)) * 10;
    const rect = svg("rect", { x, y: 0, width, height: 22, class: `y-${bar[0]}` });
    document.getElementById("ribbon").append(rect);
    x += width;
  }
}

function setText(id, text) {
  const node = document.getElementById(id);
  if (node.textContent !== text) node.textContent = text;
}

function timeOf(ms) {
  return new Date(ms).toISOString().replace("T", " ").replace("Z", "");
}

function durationOf(ms) {
  if (ms >= 3_600_000) return `${ms / 3_600_000} h`;
  if (ms >= 60_000) return `${ms / 60_000} min`;
  return `${ms / 1_000} s`;
}

function clipped(text, length = 80) {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function count(number) {
  return number.toLocaleString("en");
}

function compact(number) {
  return number.toLocaleString("en", { notation: "compact" });
}

function plural(list, one, many) {
  return list.length === 1 ? one : many;
}
