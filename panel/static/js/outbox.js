// Keeps every value that was tapped and not yet acknowledged, in order, and sends it until the server has answered.
//
// The list lies encrypted in the browser's database, so that neither a reload nor an empty battery loses a tap; what is
// acknowledged is removed at once. Each value has a key of its own: however often it is sent, it is taken once. Each names
// the version of the sheet on which it was tapped; an answer moves the values that wait behind it to the version it made.
// Where the browser has no such database, the list lives as long as the page, and the state line says so.
//
// Listens to  score  {sheet, unit, url, points, comment, version, soon}  a value was tapped
//             chosen {sheet, version, values}                            the expert chose after a conflict
//             unlocked                                                   the page was covered, and the same expert is back
// Tells       session {state}                                            what an answer said of the session
//             outbox {state, waiting, refused, broken, durable, time}    what the state line may say
//             restored {values, given}                                   what waits, and what was acknowledged after this page
//             acknowledged {sheet, unit, version, total, …}              the server has it; its total, if nothing waits
//             conflict {html}                                            the server has something newer

const box = document.getElementById("outbox");
const { label, sheet: here } = box.dataset;
const channel = new BroadcastChannel(`panel.outbox.${label}`);
const CALM = 350; // a value that is still being changed waits so long, in ms
const BACK_OFF = [500, 1000, 2000, 4000, 8000, 15000];
const PATIENCE = 15000; // for an answer

let held = null; // the key of the box, once it is open
let durable = true;
let forgotten = false; // the session has ended: nothing that lies on this tablet can be read
let begun = false;
let values = []; // what waits, as it lies in the box
let arriving = []; // tapped, on its way into the box
let failures = 0;
let stop = ""; // why nothing is sent: signed-out, locked, expired
const refused = new Set(); // what a rule forbids for good, until its unit is given anew
let broken = 0; // what lay in the box and could not be opened
let time = ""; // when the server acknowledged last, in its own words
let timer = 0;

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const locked = (name, work) => (navigator.locks ? navigator.locks.request(`panel.outbox.${label}.${name}`, work) : work());
const jitter = (milliseconds) => milliseconds * (0.5 + Math.random() / 2);

function state(waiting) {
  if (waiting.some((value) => value.stale)) return "stale";
  if (!begun) return "opening";
  if (!waiting.length) return refused.size ? "refused" : time ? "saved" : "idle";
  if (stop) return stop;
  if (!navigator.onLine) return "offline";
  return failures ? "unsaved" : "saving";
}

// Asked before leaving only while that would lose something: a page that may ask is waited for each time it is left.
const ask = (event) => event.preventDefault();

function report() {
  const waiting = arriving.reduce(keep, values);
  if (waiting.length && !durable) addEventListener("beforeunload", ask);
  else removeEventListener("beforeunload", ask);
  tell("outbox", { state: state(waiting), waiting, refused: refused.size, broken, durable, time });
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The version to which this tablet's own saves have moved a sheet since: a tap may be on its way while an answer comes.
const moved = new Map();
function current(value) {
  const version = moved.get(`${value.sheet} ${value.version}`);
  return version > value.version ? current({ ...value, version }) : value;
}

// A value that was never sent is replaced by the next one for the same unit; one that was sent may have arrived.
function keep(list, { key, sheet, unit, url, points, comment, version, due }) {
  if (list.some((value) => value.key === key)) return list;
  const earlier = list.findLast((value) => value.url === url);
  if (earlier && !earlier.sent) return list.map((value) => (value === earlier ? { ...earlier, points, comment, due } : value));
  return [...list, { key, sheet, unit, url, points, comment, version, due, sent: false, stale: false }];
}

// One change of the list at a time, on this page and among all pages of this expert: read, change, write.
let turns = Promise.resolve();
function turn(change) {
  turns = turns.then(() => locked("turn", () => apply(change)));
  return turns;
}

async function apply(change) {
  if (!held) return void (values = change(values));
  try {
    const found = await vault.read(held);
    broken += found.broken;
    const after = change(found.values);
    if (after !== found.values) {
      await vault.write(held, found.values, after);
      channel.postMessage({});
    }
    values = after;
  } catch {
    held = null; // the database has failed: from here on the list lives on this page
    durable = false;
    values = change(values);
  }
}

async function post({ url, points, comment, version, key }) {
  const body = new URLSearchParams({ points, comment, version, key });
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" };
  try {
    const answer = await fetch(url, { method: "POST", body, headers, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) });
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  } catch {
    return { status: 0 };
  }
}

function show(value, answer) {
  const place = value.sheet === here && document.getElementById(`answer-${value.unit}`);
  if (!place) return;
  if (answer.headers.get("Panel-Stale")) tell("conflict", { html: answer.html });
  else if ([200, 409, 422].includes(answer.status)) place.innerHTML = answer.html;
}

async function acknowledge(taken, version, total) {
  const { key, sheet, unit, points, comment } = taken;
  const from = taken.version;
  moved.set(`${sheet} ${from}`, version);
  if (held) await note(taken, version).catch(() => {});
  await turn((list) =>
    list
      .filter((value) => value.key !== key)
      .map((value) => (value.sent ? value : current(value))),
  );
  const waits = values.some((value) => value.sheet === sheet) || arriving.length;
  const detail = { sheet, unit, points, comment, from, version, total: waits ? "" : total };
  channel.postMessage(detail);
  tell("acknowledged", detail);
}

// What was acknowledged at which version: a page may be older than that, because it was kept, or because it was already
// on its way when the page before it was still saving.
const sheetOf = ({ url }) => url.replace(/\/scores\/[^/]*$/, "");
async function note(value, version) {
  const before = await vault.get("given", held, sheetOf(value));
  const units = { ...before?.units, [value.unit]: { points: value.points, comment: value.comment, version } };
  await vault.put("given", held, sheetOf(value), { version: Math.max(version, before?.version ?? 0), units });
}

async function settle(value, answer) {
  const { status } = answer;
  if (status === 0 || status === 429 || status >= 500) {
    failures += 1;
    return false;
  }
  failures = 0;
  show(value, answer);
  const session = answer.headers.get("Panel-Session");
  if (session) tell("session", { state: session });
  if (status === 200) {
    time = answer.headers.get("Panel-Saved");
    if (forgotten && held) await vault.hold(held).catch(() => {}); // the same expert is back, on the same page
    forgotten = false;
    await acknowledge(value, Number(answer.headers.get("Panel-Version")), answer.headers.get("Panel-Total"));
  } else if (status === 401 && session === "locked") {
    stop = "locked"; // the page is covered, and goes on when it is uncovered
  } else if (status === 401) {
    stop = "signed-out";
    forgotten = true;
    if (vault.able()) await vault.wipe().catch(() => {});
  } else if (status === 400) {
    stop = "expired";
  } else if (answer.headers.get("Panel-Stale")) {
    await turn((list) => list.map((other) => (other.key === value.key ? { ...other, stale: true } : other)));
  } else if (![404, 409, 413, 422].includes(status)) {
    failures += 1; // nothing that a rule says: perhaps somebody between here and the office
    return false;
  } else {
    refused.add(value.url);
    await turn((list) => list.filter((other) => other.key !== value.key));
    tell("refused", { sheet: value.sheet, unit: value.unit, status });
  }
  return true;
}

// The first value in order whose sheet does not wait for the expert's choice.
function next(list = values) {
  const stuck = new Set(list.filter((value) => value.stale).map((value) => value.sheet));
  return list.find((value) => !stuck.has(value.sheet));
}

// It is written down as sent before it is sent: from then on it is repeated, never replaced.
async function take() {
  let taken;
  await turn((list) => {
    const first = next(list);
    if (!first) return list;
    taken = { ...first, sent: true };
    return first.sent ? list : list.map((value) => (value === first ? taken : value));
  });
  return taken;
}

async function send() {
  for (let value = next(); value && !stop; value = next()) {
    const early = value.due - Date.now();
    if (early > 0 && !value.sent) return wait(early);
    if (!navigator.onLine) return report();
    value = await take();
    if (!value) continue;
    report();
    const settled = await settle(value, await post(value));
    report();
    if (!settled) return wait(jitter(BACK_OFF[Math.min(failures, BACK_OFF.length) - 1]));
  }
}

function wait(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(pump, milliseconds);
}

// One page sends at a time, even with several open; where the browser cannot tell, the keys still keep every save single.
let running = false;
async function pump() {
  if (running || !begun) return;
  running = true;
  try {
    await locked("sending", send);
  } finally {
    running = false;
  }
  if (next() && !stop && !failures && navigator.onLine) wait(Math.max(0, next().due - Date.now()));
}

function again() {
  stop = "";
  failures = 0;
  report();
  pump();
}

// Opens the box. Without network it is tried again; where there can be none, the page works without.
async function begin() {
  try {
    const { held: found, fresh } = await vault.enter(label, box.dataset.key);
    held = found;
    doorstep.open(held);
    const early = values;
    await locked("turn", () => apply((list) => (early.length ? [...list, ...early] : list)));
    tell("entered", { fresh });
  } catch (fault) {
    if (fault.status === 401) stop = "signed-out";
    else if (fault.status || fault instanceof TypeError || fault.name === "TimeoutError") setTimeout(() => (turns = turns.then(begin)), jitter(4000));
    else durable = false;
  }
}

async function restore() {
  if (vault.able()) await begin();
  else durable = false;
  const own = new Set(arriving.map(({ key }) => key));
  const names = held ? doorstep.left(label).filter((name) => !own.has(name.split(".").pop())) : [];
  const left = await doorstep.gather(names);
  broken += left.broken;
  await locked("turn", () => apply((list) => left.values.reduce(keep, list.map((value) => (value.sheet === here ? { ...value, stale: false } : value))))); // ask again: here it can be chosen
  doorstep.drop(names);
  const given = held && here ? await vault.get("given", held, location.pathname).catch(() => undefined) : undefined;
  const tapped = new Set(arriving.map(({ url }) => url));
  if (given) arriving = arriving.map((value) => ({ ...value, version: Math.max(value.version, given.version) }));
  begun = true;
  tell("restored", { given, values: values.filter((value) => value.sheet === here && !tapped.has(value.url)) });
  report();
}

document.addEventListener("score", ({ detail }) => {
  const value = { ...detail, key: newKey(), due: Date.now() + (detail.soon ? CALM : 0) };
  refused.delete(detail.url);
  arriving.push(value);
  doorstep.lay(label, value);
  report();
  turn((list) => keep(list, current(arriving.find(({ key }) => key === value.key)))).then(() => {
    arriving = arriving.filter(({ key }) => key !== value.key);
    doorstep.lift(label, value.key);
    report();
    wait(detail.soon ? CALM : 0);
  });
});
document.addEventListener("chosen", ({ detail }) => {
  const chosen = detail.values.map((value) => ({ ...value, key: newKey(), due: Date.now() }));
  turn((list) => chosen.reduce(keep, list.filter((value) => value.sheet !== detail.sheet))).then(() => {
    report();
    pump();
  });
});
channel.addEventListener("message", async ({ data }) => {
  if (data.sheet) {
    moved.set(`${data.sheet} ${data.from}`, data.version);
    tell("acknowledged", { ...data, elsewhere: true });
  }
  if (!held) return;
  await turn((list) => list).catch(() => {});
  report();
});
addEventListener("online", again);
document.addEventListener("unlocked", again);
addEventListener("offline", report);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") again();
  else pump();
});
// Every script has hold of its controls before the box is opened; what is tapped meanwhile takes its turn behind that.
turns = new Promise((go) => addEventListener("DOMContentLoaded", () => setTimeout(go))).then(restore);
turns.then(pump);
