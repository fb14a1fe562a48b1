// Keeps the inspector's open page at the newest entry: listens to the server's stream and, where there is none,
// asks every two seconds; puts what has arrived on top, and says truly whether, and since when, nothing was heard.

const EVERY = 2000; // ms between two questions
const SLOWEST = 16000; // ms, when there is no answer
const PATIENCE = 10000; // ms for one answer
const SILENCE = 12000; // ms without a sign of life, after which a stream is taken for dead
const SOON = 3000; // ms without one, when the connection broke
const AGAIN = 30000; // ms until a stream that was refused is tried again
const AT_WORK = 60000; // ms between two words to the server that somebody is at work
const MARKED = 30000; // ms that a new row stays marked
const MOST = 200; // rows on the page

const list = document.querySelector("[data-feed]");
const live = document.querySelector("[data-live]");
const part = (name) => live.querySelector(`[data-live-${name}]`);
const older = document.querySelector("[data-older]");

let { after, tag } = list.dataset;
let pause = EVERY;
let timer;
let source;
let silence;
let notBefore = 0;
let told = Date.now();
let asking = false;
let touched = false;
let ended = false;

function go() {
  clearTimeout(timer);
  if (ended || document.hidden || source) return;
  if (Date.now() >= notBefore) listen();
  else ask();
}

function listen() {
  source = new EventSource(address(list.dataset.stream));
  source.addEventListener("entries", ({ data, lastEventId }) => {
    const { time, html } = JSON.parse(data);
    heard(lastEventId, time, take(html));
  });
  source.addEventListener("beat", ({ data, lastEventId }) => heard(lastEventId, data, 0));
  source.addEventListener("ended", () => leave(ask));
  source.addEventListener("error", () => {
    if (source?.readyState !== EventSource.CLOSED) return listenFor(SOON); // it tries again by itself
    notBefore = Date.now() + AGAIN;
    leave(ask);
  });
  listenFor(SILENCE);
}

function heard(last, time, count) {
  after = last;
  hear(time, count);
  listenFor(SILENCE);
  if (touched && Date.now() - told > AT_WORK) ask();
}

function listenFor(time) {
  clearTimeout(silence);
  silence = setTimeout(() => {
    say("lost");
    leave(ask);
  }, time);
}

function leave(then) {
  clearTimeout(silence);
  source?.close();
  source = undefined;
  then?.();
}

async function ask() {
  clearTimeout(timer);
  if (asking || ended || document.hidden) return;
  asking = true;
  try {
    const response = await fetch(address(list.dataset.url), {
      headers: { "HX-Request": "true", "HX-Current-URL": location.href, "If-None-Match": `"${tag}"` },
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.status === 401) return lock(response);
    if (response.status !== 304 && !response.ok) throw new Error(String(response.status));
    const count = response.status === 304 ? 0 : take(await response.text());
    after = Math.max(after, response.headers.get("Panel-After"));
    tag = response.headers.get("ETag").replace(/^W\/|"/g, "");
    hear(response.headers.get("Panel-Time"), count);
    pause = EVERY;
  } catch {
    if (!source) say("lost");
    pause = Math.min(pause * 2, SLOWEST);
  } finally {
    asking = false;
  }
  timer = setTimeout(go, Date.now() >= notBefore && pause === EVERY ? 0 : pause);
}

function address(path) {
  const url = new URL(path, location.href);
  url.searchParams.set("after", after);
  if (touched && path === list.dataset.url) {
    url.searchParams.set("active", "1");
    touched = false;
    told = Date.now();
  }
  return url;
}

function take(html) {
  const fragment = document.createRange().createContextualFragment(html);
  for (const row of fragment.querySelectorAll("[data-index]")) {
    if (list.querySelector(`[data-index="${row.dataset.index}"]`)) row.remove();
  }
  const rows = [...fragment.querySelectorAll("[data-index]")];
  if (rows.length === 0) return 0;
  list.querySelector("[data-empty]")?.remove();
  for (const day of [...fragment.querySelectorAll("[data-day]")].reverse()) add(day);
  for (const row of rows) row.classList.add("event--new");
  setTimeout(() => rows.forEach((row) => row.classList.remove("event--new")), MARKED);
  trim();
  return rows.length;
}

function add(day) {
  const newest = list.querySelector("[data-day]");
  if (newest?.dataset.day === day.dataset.day) {
    newest.querySelector("ol").prepend(...day.querySelectorAll("[data-index]"));
  } else if (day.querySelector("[data-index]")) {
    list.prepend(day);
  }
}

function trim() {
  const rows = [...list.querySelectorAll("[data-index]")];
  if (rows.length <= MOST) return;
  for (const row of rows.slice(MOST)) row.remove();
  for (const day of list.querySelectorAll("[data-day]")) if (!day.querySelector("[data-index]")) day.remove();
  const url = new URL(older.href);
  url.searchParams.set("before", rows[MOST - 1].dataset.index);
  older.href = url;
  older.hidden = false;
}

function hear(time, count) {
  part("time").textContent = time;
  say("live");
  if (count > 0) {
    const words = live.dataset.wordsArrived.replace("{count}", count);
    document.querySelector("[data-arrived]").textContent = words;
  }
}

function say(state) {
  if (live.dataset.state === state) return;
  live.dataset.state = state;
  const words = live.dataset[`words${state[0].toUpperCase()}${state.slice(1)}`];
  part("text").textContent = words.replace("{time}", part("time").textContent);
  part("since").hidden = state !== "live";
}

function lock(response) {
  ended = true;
  leave();
  part("door").href = response.headers.get("HX-Redirect") ?? part("door").href;
  part("door").hidden = false;
  say("locked");
}

function lost() {
  leave();
  say("lost");
}

document.addEventListener("visibilitychange", () => (document.hidden ? leave() : ask()));
addEventListener("online", ask);
addEventListener("offline", lost);
addEventListener("pagehide", () => leave());
for (const kind of ["pointermove", "keydown", "scroll"]) {
  addEventListener(kind, () => (touched = true), { passive: true });
}
ask();
