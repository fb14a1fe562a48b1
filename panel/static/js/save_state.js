// Says on the screen, at every moment, what is saved and what is not; "saved" only after the server has said so.
//
// Listens to  outbox {state, waiting, refused, broken, durable, time},  invalid {count}

const line = document.getElementById("sheet-state");
const place = line.querySelector("[data-text]");
const broken = document.getElementById("broken");
const notices = ["signed-out", "expired"].map((id) => document.getElementById(id));
const elsewhere = document.getElementById("waiting");
const codes = elsewhere?.querySelector("[data-codes]");
const submits = document.querySelectorAll("[data-submit] [type=submit]");
const { sheet: here } = document.getElementById("outbox").dataset;
const LOOKS = { idle: "saved", saved: "saved", opening: "saving", saving: "saving", offline: "offline", unsaved: "unsaved" };
let outbox = { state: "opening", waiting: [], refused: 0, broken: 0, durable: true, time: "" };
let invalid = 0;

function words(state, n) {
  return line.dataset[state].replace("{n}", n).replace("{time}", outbox.time);
}

// Only a change is said: the line is read aloud, and a line that is written anew is read anew.
function say(text) {
  if (place.textContent !== text) place.textContent = text;
}

function show() {
  const { waiting, refused } = outbox;
  const calm = ["idle", "saved"].includes(outbox.state);
  const state = calm && invalid ? "invalid" : outbox.state;
  const key = state.replace(/-(.)/, (_, letter) => letter.toUpperCase());
  line.dataset.state = LOOKS[state] ?? "conflict";
  const text = words(key, waiting.length || refused || invalid);
  say(outbox.durable || state === "opening" ? text : line.dataset.undurable.replace("{line}", text));
  broken.hidden = !outbox.broken;
  for (const notice of notices) notice.hidden = state !== notice.id;
  if (elsewhere) {
    elsewhere.hidden = !waiting.length;
    codes.textContent = [...new Set(waiting.map(({ sheet }) => sheet))].join("、");
  }
  for (const button of submits) button.disabled = state !== "idle" && state !== "saved";
  showUnits(state);
}

function showUnits(state) {
  for (const value of outbox.waiting.filter((value) => value.sheet === here)) {
    const unit = document.querySelector(`#answer-${CSS.escape(value.unit)} .save-state`);
    if (!unit) continue;
    unit.dataset.state = LOOKS[state] === "saving" ? "saving" : "unsaved"; // only "saved" has its mark
    unit.querySelector("[data-text]").textContent = line.dataset[unit.dataset.state === "saving" ? "unitSaving" : "unitUnsaved"];
  }
}

document.addEventListener("outbox", ({ detail }) => {
  outbox = detail;
  show();
});
document.addEventListener("refused", ({ detail }) => {
  const unit = detail.status === 404 && document.querySelector(`#answer-${CSS.escape(detail.unit)} [data-text]`);
  if (unit) unit.textContent = line.dataset.gone;
});
document.addEventListener("invalid", ({ detail }) => {
  invalid = detail.count;
  show();
});
