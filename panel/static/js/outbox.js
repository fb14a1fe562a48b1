// Keeps every value that was tapped and not yet acknowledged, in order, and sends it until the server has answered.
//
// The list lies in local storage, so that neither a reload nor an empty battery loses a tap; what is acknowledged is
// removed at once. Each value has a key of its own: however often it is sent, it is taken once. Each names the version of
// the sheet on which it was tapped; an answer moves the values that wait behind it to the version that it made.
//
// Listens to  score  {sheet, unit, url, points, comment, version, soon}  a value was tapped
//             chosen {sheet, version, values}                            the expert chose after a conflict
// Tells       outbox {state, waiting, refused, time}                     what the state line may say
//             acknowledged {sheet, unit, version}                        the server has it

const box = document.getElementById("outbox");
const STORE = `panel.outbox.${box.dataset.owner}`;
const LOCK = `${STORE}.sending`;
const CALM = 350; // a value that is still being changed waits so long, in ms
const BACK_OFF = [500, 1000, 2000, 4000, 8000, 15000];

let sending = null; // the value on its way
let failures = 0;
let stop = ""; // why nothing is sent: signed-out, expired
const refused = new Set(); // what a rule forbids for good, until its unit is given anew
let time = ""; // when the server acknowledged last, in its own words
let timer = 0;

const read = () => JSON.parse(localStorage.getItem(STORE) ?? "[]");

function write(values) {
  if (values.length) localStorage.setItem(STORE, JSON.stringify(values));
  else localStorage.removeItem(STORE);
}

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

function state(values) {
  if (values.some((value) => value.stale)) return "stale";
  if (!values.length) return refused.size ? "refused" : time ? "saved" : "idle";
  if (stop) return stop;
  if (!navigator.onLine) return "offline";
  return failures ? "unsaved" : "saving";
}

function report() {
  const waiting = read();
  tell("outbox", { state: state(waiting), waiting, refused: refused.size, time });
}

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A value that was never sent is replaced by the next one for the same unit; one that was sent may have arrived.
function keep({ sheet, unit, url, points, comment, version, soon }) {
  const values = read();
  refused.delete(url);
  const due = Date.now() + (soon ? CALM : 0);
  const earlier = values.findLast((value) => value.url === url);
  if (earlier && !earlier.sent) Object.assign(earlier, { points, comment, due });
  else values.push({ key: newKey(), sheet, unit, url, points, comment, version, due, sent: false, stale: false });
  write(values);
}

function acknowledge(taken, version) {
  const values = read().filter((value) => value.key !== taken.key);
  for (const value of values) {
    if (value.sheet === taken.sheet && !value.sent && value.version === taken.version) value.version = version;
  }
  write(values);
  tell("acknowledged", { sheet: taken.sheet, unit: taken.unit, version });
}

function change(key, changes) {
  const values = read();
  Object.assign(values.find((value) => value.key === key) ?? {}, changes);
  write(values);
}

// One request by htmx, which adds the token and lays the answer where it belongs on this page.
function post(value) {
  return new Promise((resolve) => {
    const done = (event) => {
      box.removeEventListener("htmx:afterRequest", done);
      resolve(event.detail.xhr);
    };
    box.addEventListener("htmx:afterRequest", done);
    const here = value.sheet === box.dataset.sheet && document.getElementById(`answer-${value.unit}`);
    const { points, comment, version, key } = value;
    htmx
      .ajax("POST", value.url, {
        source: box,
        target: here || box,
        swap: here ? "innerHTML" : "none",
        values: { points, comment, version, key },
      })
      .catch(() => {}); // the event above tells it, too
  });
}

function settle(value, answer) {
  const { status } = answer;
  if (status === 0 || status === 429 || status >= 500) {
    failures += 1;
    return false;
  }
  failures = 0;
  if (status === 200) {
    time = answer.getResponseHeader("Panel-Saved");
    acknowledge(value, Number(answer.getResponseHeader("Panel-Version")));
  } else if (status === 401) {
    stop = "signed-out";
  } else if (status === 400) {
    stop = "expired";
  } else if (answer.getResponseHeader("Panel-Stale")) {
    change(value.key, { stale: true });
  } else {
    refused.add(value.url);
    write(read().filter((other) => other.key !== value.key));
    tell("refused", { sheet: value.sheet, unit: value.unit, status });
  }
  return true;
}

// The first value in order whose sheet does not wait for the expert's choice.
function next() {
  const values = read();
  const stuck = new Set(values.filter((value) => value.stale).map((value) => value.sheet));
  return values.find((value) => !stuck.has(value.sheet));
}

async function send() {
  for (let value = next(); value && !stop; value = next()) {
    const early = value.due - Date.now();
    if (early > 0 && !value.sent) return wait(early);
    if (!navigator.onLine) return report();
    change(value.key, { sent: true });
    sending = value;
    report();
    const settled = settle(value, await post(value));
    sending = null;
    report();
    if (!settled) return wait(BACK_OFF[Math.min(failures, BACK_OFF.length) - 1]);
  }
}

function wait(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(pump, milliseconds);
}

// One page sends at a time, even with two open; where the browser cannot tell, the keys still keep every save single.
let running = false;
async function pump() {
  if (running) return;
  running = true;
  try {
    await (navigator.locks && isSecureContext ? navigator.locks.request(LOCK, send) : send());
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

document.addEventListener("score", ({ detail }) => {
  keep(detail);
  report();
  wait(detail.soon ? CALM : 0);
});
document.addEventListener("chosen", ({ detail }) => {
  write(read().filter((value) => value.sheet !== detail.sheet));
  detail.values.forEach(keep);
  report();
  pump();
});
addEventListener("online", again);
addEventListener("offline", report);
addEventListener("storage", (event) => event.key === STORE && report());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") again();
  else if (!sending) pump();
});
addEventListener("DOMContentLoaded", () => {
  const values = read();
  for (const value of values) if (value.sheet === box.dataset.sheet) value.stale = false; // ask again, here it can be chosen
  write(values);
  tell("restored", values.filter((value) => value.sheet === box.dataset.sheet));
  report();
  pump();
});
