// Keeps the inspector's open page at the newest entry: asks every two seconds while somebody can see the page,
// puts what has arrived on top, and says truly whether, and since when, nothing was heard.

const EVERY = 2000; // ms between two questions
const SLOWEST = 16000; // ms, when there is no answer
const PATIENCE = 10000; // ms for one answer
const MARKED = 30000; // ms that a new row stays marked
const MOST = 200; // rows on the page

const list = document.querySelector("[data-feed]");
const live = document.querySelector("[data-live]");
const part = (name) => live.querySelector(`[data-live-${name}]`);
const older = document.querySelector("[data-older]");

let { after, tag } = list.dataset;
let pause = EVERY;
let timer;
let asking = false;
let touched = false;
let ended = false;

async function ask() {
  clearTimeout(timer);
  if (asking || ended || document.hidden) return;
  asking = true;
  try {
    const response = await fetch(address(), {
      headers: { "HX-Request": "true", "HX-Current-URL": location.href, "If-None-Match": `"${tag}"` },
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (response.status === 401) return lock(response);
    if (response.status !== 304 && !response.ok) throw new Error(String(response.status));
    const count = response.status === 304 ? 0 : take(await response.text());
    after = response.headers.get("Panel-After");
    tag = response.headers.get("ETag").replace(/^W\/|"/g, "");
    hear(response.headers.get("Panel-Time"), count);
    pause = EVERY;
  } catch {
    say("lost");
    pause = Math.min(pause * 2, SLOWEST);
  } finally {
    asking = false;
  }
  timer = setTimeout(ask, pause);
}

function address() {
  const url = new URL(list.dataset.url, location.href);
  url.searchParams.set("after", after);
  if (touched) url.searchParams.set("active", "1");
  touched = false;
  return url;
}

function take(html) {
  const fragment = document.createRange().createContextualFragment(html);
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
  } else {
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
  part("door").href = response.headers.get("HX-Redirect") ?? part("door").href;
  part("door").hidden = false;
  say("locked");
}

document.addEventListener("visibilitychange", ask);
addEventListener("online", ask);
addEventListener("offline", () => say("lost"));
for (const kind of ["pointermove", "keydown", "scroll"]) {
  addEventListener(kind, () => (touched = true), { passive: true });
}
ask();
