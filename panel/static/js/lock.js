// Covers the page when nobody has been at work for a while, and uncovers it with PIN or password; the page stays as it is.
//
// The server locks by itself, too: an answer whose Panel-Session header says "locked" covers the page at once. What was
// tapped waits in the outbox meanwhile. A mark in local storage locks all pages of the browser together, and keeps one
// covered that was brought back without network.
//
// Listens to  session {state}   a script other than htmx got an answer with that header
// Tells       unlocked          the server answers again

const dialog = document.getElementById("lock");
const form = dialog.querySelector("[data-unlock]");
const secret = form.elements.secret;
const problem = document.getElementById("lock-problem");
const MARK = "panel.locked";
const LIMIT = dialog.dataset.minutes * 60000;
const TELL = Math.min(LIMIT / 3, 60000); // ms between two words to the server that somebody is at work
const LOOK = 5000;

let last = Date.now();
let told = Date.now();
let before = null; // where the cursor was

const mark = {
  get: () => { try { return localStorage.getItem(MARK); } catch { return null; } },
  set: () => { try { localStorage.setItem(MARK, "1"); } catch { /* private windows keep nothing */ } },
  clear: () => { try { localStorage.removeItem(MARK); } catch { /* as above */ } },
};

const post = (url, fields = {}) =>
  fetch(url, {
    method: "POST",
    headers: { "HX-Request": "true", "X-CSRFToken": form.elements.csrf_token.value },
    body: new URLSearchParams(fields),
  });

function cover() {
  document.body.dataset.locked = "";
  if (dialog.open) return;
  before = document.activeElement;
  dialog.showModal();
  secret.focus();
}

function uncover() {
  mark.clear();
  delete document.body.dataset.locked;
  secret.value = "";
  say("");
  last = told = Date.now();
  if (dialog.open) dialog.close();
  before?.focus?.();
  document.dispatchEvent(new CustomEvent("unlocked"));
}

function say(text) {
  problem.textContent = text;
  problem.hidden = !text;
  secret.setAttribute("aria-invalid", String(Boolean(text)));
}

function heed(state) {
  if (state === "locked") cover();
  else if (state === "ended" && dialog.open) location.reload();
}

function lock() {
  if (dialog.open) return;
  mark.set();
  cover();
  post(dialog.dataset.lock).catch(() => {}); // without network the server locks when its own time is up
}

// Whether the server still answers this session: asked when somebody is at work, and when a page comes back covered.
async function tell() {
  told = Date.now();
  try {
    const answer = await post(dialog.dataset.atWork);
    if (answer.ok && dialog.open && !form.dataset.asked) uncover();
    heed(answer.headers.get("Panel-Session"));
  } catch { /* no network: nothing is known */ }
}

function work() {
  if (dialog.open) return;
  last = Date.now();
  if (last - told > TELL) tell();
}

function look() {
  if (Date.now() - last >= LIMIT) lock();
}

async function unlock() {
  say("");
  form.dataset.asked = "";
  try {
    const answer = await post(form.action, { secret: secret.value });
    if (answer.ok) return uncover();
    const where = answer.headers.get("HX-Redirect");
    if (where || answer.redirected) return location.assign(where ?? answer.url);
    if (answer.status === 422) say(await answer.text());
    else location.reload();
    secret.value = "";
  } catch {
    say(dialog.dataset.offline);
  } finally {
    delete form.dataset.asked;
  }
  secret.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  unlock();
});
secret.addEventListener("input", () => {
  if ("pin" in secret.dataset && /^\d{6}$/.test(secret.value)) form.requestSubmit();
});
dialog.addEventListener("cancel", (event) => event.preventDefault());
dialog.addEventListener("close", () => "locked" in document.body.dataset && cover());
for (const kind of ["pointerdown", "keydown", "input", "wheel", "touchmove", "scroll"]) {
  addEventListener(kind, work, { passive: true, capture: true });
}
for (const button of document.querySelectorAll("[data-lock-now]")) {
  button.addEventListener("submit", (event) => {
    event.preventDefault();
    lock();
  });
}
document.addEventListener("htmx:afterRequest", ({ detail }) => heed(detail.xhr?.getResponseHeader("Panel-Session")));
document.addEventListener("session", ({ detail }) => heed(detail.state));
document.addEventListener("visibilitychange", look);
addEventListener("pageshow", look);
addEventListener("storage", ({ key, newValue }) => {
  if (key !== MARK) return;
  if (newValue) cover();
  else if (dialog.open) tell();
});
setInterval(look, LOOK);
if (mark.get()) {
  cover();
  tell();
}
