// The controls of a sheet: a band, the stepper or a typed number give a score; the total and what is asked for follow at once.
//
// Points are whole hundredths here, as on the server.
// Listens to  restored {values, given},  acknowledged {version, …},  chosen {version, shown}
// Tells       score {sheet, unit, url, points, comment, version, soon},  invalid {count}

const form = document.querySelector("[data-sheet-form]");
const box = document.getElementById("outbox");
const submit = document.querySelector("[data-submit]");
const nextUnit = document.querySelector("[data-next]");
const nextSheet = document.querySelector("[data-next-sheet]");
const said = document.querySelector("[data-said]");
const offered = JSON.parse(form.dataset.offered);
let version = Number(form.dataset.version);

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const numbers = (text) => text.split(" ").map(Number);

// "27.5", also in full-width digits, is 2750; undefined for what is no number, null for nothing.
function parse(typed) {
  const text = typed.normalize("NFKC").trim();
  if (!text) return null;
  const found = /^(0|[1-9]\d{0,5})(?:\.(\d{1,2}))?$/.exec(text);
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : undefined;
}

const write = (points) => (points === null ? "" : (points / 100).toFixed(2).replace(/\.?0+$/, ""));

function control(element) {
  const data = element.dataset;
  const unit = {
    element,
    id: data.unit,
    url: data.url,
    max: Number(data.max),
    step: Number(data.step),
    names: data.bands.split(" "),
    lows: numbers(data.lows),
    starts: numbers(data.starts),
    input: element.querySelector(".stepper__value"),
    less: element.querySelector(".stepper__less"),
    more: element.querySelector(".stepper__more"),
    bands: [...element.querySelectorAll("[data-band]")],
    comment: element.querySelector("textarea"),
    folded: element.querySelector("[data-comment]"),
    hint: element.querySelector("[data-hint]"),
    wrong: element.querySelector("[data-wrong]"),
    chosen: element.querySelector("[data-chosen]"),
    phrases: element.querySelector("[data-phrases]"),
    points: null,
    valid: true,
  };
  unit.points = parse(unit.input.value) ?? null;
  return unit;
}

const bandOf = (unit, points) => unit.lows.findIndex((low) => points >= low);

function asks(unit) {
  if (unit.points === null) return false;
  const share = unit.points * 100;
  return share < Number(unit.element.dataset.below) * unit.max || share >= Number(unit.element.dataset.from) * unit.max;
}

function show(unit) {
  const { points, valid } = unit;
  const place = points === null ? -1 : bandOf(unit, points);
  unit.bands.forEach((band) => (band.checked = unit.names.indexOf(band.value) === place && place >= 0));
  // Not disabled: a button that is would drop the focus of whoever is just pressing it.
  unit.less.setAttribute("aria-disabled", String(points === null || points <= 0));
  unit.more.setAttribute("aria-disabled", String(points === null || points >= unit.max));
  unit.chosen.textContent = place < 0 ? "" : document.getElementById(unit.bands[place].getAttribute("aria-describedby")).textContent;
  if (points === null) unit.input.removeAttribute("aria-valuenow");
  else unit.input.setAttribute("aria-valuenow", points / 100);
  unit.wrong.hidden = valid;
  unit.input.setAttribute("aria-invalid", String(!valid));
  unit.element.querySelector("[data-stepper]").classList.toggle("stepper--wrong", !valid);
  showComment(unit);
}

function showComment(unit) {
  const needed = asks(unit);
  const least = Number(unit.element.dataset.least);
  const lacking = least - unit.comment.value.trim().length;
  if (needed && !unit.folded.open) unit.folded.open = true;
  unit.comment.required = needed;
  unit.hint.classList.toggle("hint--asked", needed && lacking > 0);
  unit.hint.textContent = !needed
    ? unit.hint.dataset.free
    : lacking > 0 && lacking < least
      ? unit.hint.dataset.short.replace("{n}", lacking)
      : unit.hint.dataset.asked;
  if (unit.points !== null && !(needed && lacking > 0)) unit.element.closest(".criterion").classList.remove("criterion--missing");
}

function showTotal() {
  const given = units.filter((unit) => unit.points !== null);
  const total = given.reduce((sum, unit) => sum + unit.points, 0);
  document.querySelector("[data-total]").textContent = write(total);
  const progress = document.querySelector("[data-done]");
  const text = progress.querySelector(".progress__text");
  text.textContent = text.textContent.replace(/\d+ \/ \d+/, `${given.length} / ${units.length}`);
  progress.querySelector("svg").setAttribute("aria-label", text.textContent);
  progress.querySelector(".progress__done").setAttribute("width", (100 * given.length) / units.length);
  showNext();
}

// What is still lacking, from the unit touched last on and around: the next one is always one tap away.
let last = -1;
const lacks = (unit) => unit.points === null || (asks(unit) && unit.comment.value.trim().length < Number(unit.element.dataset.least));

function showNext() {
  const lacking = units.some(lacks);
  nextUnit.hidden = !lacking;
  if (nextSheet) nextSheet.hidden = lacking;
}

function goOn() {
  const unit = [...units.slice(last + 1), ...units.slice(0, last + 1)].find(lacks);
  if (!unit) return;
  last = units.indexOf(unit);
  document.getElementById("pane-criteria").checked = true;
  if (unit.points !== null) unit.folded.open = true;
  const place = unit.points === null ? (unit.bands[0] ?? unit.input) : unit.comment;
  unit.element.scrollIntoView({ block: "center" });
  place.focus({ preventScroll: true });
}

// The expert's own sentences from other sheets, those that are not yet in this comment.
function offer(unit) {
  const held = document.activeElement;
  const left = offered[unit.id].filter((words) => !unit.comment.value.includes(words));
  if ([...unit.phrases.children].map((button) => button.textContent).join("\n") === left.join("\n")) return;
  const lost = unit.phrases.contains(held);
  unit.phrases.replaceChildren(
    ...left.map((words) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "phrase", textContent: words });
      button.addEventListener("click", () => insert(unit, words));
      return button;
    }),
  );
  if (lost) unit.comment.focus();
}

function insert(unit, words) {
  const before = unit.comment.value.trimEnd();
  unit.comment.value = before && !/[。；！？!?;.，,、]$/.test(before) ? `${before}；${words}` : before + words;
  unit.comment.dispatchEvent(new Event("input"));
}

// Read aloud once the value has come to rest.
let saying = 0;
function say(unit) {
  clearTimeout(saying);
  if (unit.points === null) return;
  saying = setTimeout(() => {
    const total = document.querySelector("[data-total]").textContent;
    said.textContent = said.dataset.words.replace("{name}", unit.element.dataset.name).replace("{points}", write(unit.points)).replace("{total}", total);
  }, 700);
}

function give(unit, { soon = false } = {}) {
  show(unit);
  showTotal();
  last = units.indexOf(unit);
  say(unit);
  tell("invalid", { count: units.filter((other) => !other.valid).length });
  if (!unit.valid) return;
  const { id, url, points, comment } = unit;
  tell("score", { sheet: box.dataset.sheet, unit: id, url, points: write(points), comment: comment.value, version, soon });
}

function set(unit, points, options) {
  unit.points = Math.min(unit.max, Math.max(0, points));
  unit.valid = true;
  unit.input.value = write(unit.points);
  give(unit, options);
}

function typed(unit) {
  const points = parse(unit.input.value);
  unit.valid = points === null || (points !== undefined && points <= unit.max && points % unit.step === 0);
  if (unit.valid) unit.points = points;
  give(unit, { soon: true });
}

// What is shown for a unit without anybody having tapped: kept from before, or chosen.
function put(unit, points, comment) {
  unit.points = parse(points) ?? null;
  unit.valid = true;
  unit.input.value = write(unit.points);
  unit.comment.value = comment;
  show(unit);
}

const units = [...document.querySelectorAll(".unit")].map(control);
for (const unit of units) {
  for (const band of unit.bands) {
    band.addEventListener("change", () => {
      const place = unit.names.indexOf(band.value);
      if (unit.points === null || bandOf(unit, unit.points) !== place) set(unit, unit.starts[place]);
    });
  }
  for (const [button, way] of [[unit.less, -1], [unit.more, 1]]) {
    button.addEventListener("click", () => button.ariaDisabled !== "true" && set(unit, unit.points + way * unit.step, { soon: true }));
  }
  unit.input.addEventListener("input", () => typed(unit));
  unit.input.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way || unit.points === null) return;
    event.preventDefault();
    set(unit, unit.points + way * unit.step, { soon: true });
  });
  unit.input.addEventListener("blur", () => unit.valid && (unit.input.value = write(unit.points)));
  unit.comment.addEventListener("input", () => {
    give(unit, { soon: true });
    offer(unit);
  });
  unit.folded.addEventListener("toggle", () => unit.folded.open && offer(unit));
  show(unit);
  if (unit.folded.open) offer(unit);
}
nextUnit.addEventListener("click", goOn);
showNext();

const named = (id) => units.find((unit) => unit.id === id);

function move(to) {
  version = to;
  submit.elements.version.value = to;
}

document.addEventListener("restored", ({ detail: { values, given } }) => {
  for (const [id, one] of Object.entries(given?.units ?? {})) if (one.version > version) put(named(id), one.points, one.comment);
  if (given?.version > version) move(given.version);
  for (const value of values) if (named(value.unit)) put(named(value.unit), value.points, value.comment);
  showTotal();
});
document.addEventListener("acknowledged", ({ detail }) => {
  if (detail.sheet !== box.dataset.sheet) return;
  if (detail.elsewhere) {
    if (detail.version !== version + 1) return; // another page of this tablet; what is not the next step is asked about
    put(named(detail.unit), detail.points, detail.comment);
  } else if (detail.version < version) return location.reload(); // an old answer: the sheet has moved on since
  move(detail.version);
  showTotal();
  if (detail.total) document.querySelector("[data-total]").textContent = detail.total;
});
document.addEventListener("chosen", ({ detail }) => {
  move(detail.version);
  for (const { unit, points, comment } of detail.shown) put(named(unit), points, comment);
  showTotal();
});
