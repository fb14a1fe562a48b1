// The boxes over a page: drawn and moved with a pointer on the picture, or typed as figures. The form is the truth.

const form = document.querySelector("[data-review]");
const picture = document.querySelector("[data-boxes]");
const rows = document.querySelector("[data-rows]");
const UNITS = picture.viewBox.baseVal.width;
const SMALLEST = 40;
const EDGES = ["left", "top", "width", "height"];

const field = (row, name) => form.elements[`${name}-${row.dataset.box}`];
const figures = (row) => EDGES.map((edge) => Number(field(row, edge).value) * UNITS / 100);
const empty = (row) => EDGES.every((edge) => field(row, edge).value === "");
const rectOf = (index) => picture.querySelector(`[data-rect="${index}"]`);

function newRect(index) {
  const rect = document.createElementNS(picture.namespaceURI, "rect");
  rect.dataset.rect = index;
  picture.append(rect);
  return rect;
}

function draw(row) {
  const index = row.dataset.box;
  if (empty(row)) return rectOf(index)?.remove();
  const rect = rectOf(index) ?? newRect(index);
  ["x", "y", "width", "height"].forEach((name, at) => rect.setAttribute(name, Math.max(0, figures(row)[at] || 0)));
  rect.classList.add("leaf__box");
  rect.classList.toggle("leaf__box--off", !field(row, "keep").checked);
  rect.classList.toggle("leaf__box--here", row.contains(document.activeElement));
}

// There is always one empty row for another box.
function spare() {
  const last = rows.lastElementChild;
  if (last && empty(last)) return last;
  const next = Number(last.dataset.box) + 1;
  const row = last.cloneNode(true);
  row.dataset.box = next;
  row.querySelectorAll("input").forEach((input) => {
    input.name = input.name.replace(/\d+$/, next);
    if (input.type === "checkbox") input.checked = true;
    else input.value = "";
    if (input.hasAttribute("aria-label")) input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+/, next));
  });
  row.querySelector("legend").textContent = row.querySelector("legend").textContent.replace(/\d+/, next);
  row.querySelector(".choice span").textContent = document.querySelector("[data-rows]").dataset.own;
  rows.append(row);
  return row;
}
rows.dataset.own = rows.lastElementChild.querySelector(".choice span").textContent;

rows.addEventListener("input", (event) => {
  draw(event.target.closest("[data-box]"));
  spare();
});
rows.addEventListener("focusin", (event) => {
  picture.querySelectorAll(".leaf__box--here").forEach((rect) => rect.classList.remove("leaf__box--here"));
  rectOf(event.target.closest("[data-box]").dataset.box)?.classList.add("leaf__box--here");
});

function place(event) {
  const frame = picture.getBoundingClientRect();
  const share = (at, from, size) => Math.min(Math.max((at - from) / size, 0), 1) * UNITS;
  return [share(event.clientX, frame.left, frame.width), share(event.clientY, frame.top, frame.height)];
}

function write(row, edges) {
  EDGES.forEach((edge, at) => { field(row, edge).value = (edges[at] * 100 / UNITS).toFixed(2); });
  draw(row);
}
function clear(row) {
  EDGES.forEach((edge) => { field(row, edge).value = ""; });
  draw(row);
}
const within = (at, size) => Math.min(Math.max(at, 0), UNITS - size);

// A box that was pressed is moved, and anywhere else a new one is drawn; `was` is the box before it moved.
let held = null;
picture.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || held) return;
  event.preventDefault();
  picture.setPointerCapture(event.pointerId);
  const hit = event.target.dataset.rect;
  const row = hit === undefined ? spare() : rows.querySelector(`[data-box="${hit}"]`);
  held = { from: place(event), row, was: hit === undefined ? null : figures(row), far: false };
});
picture.addEventListener("pointermove", (event) => {
  if (!held) return;
  const { row, was, from: [fromX, fromY] } = held;
  const [x, y] = place(event);
  held.far ||= Math.max(Math.abs(x - fromX), Math.abs(y - fromY)) > SMALLEST;
  if (was && !held.far) return;
  const [left, top, width, height] = was ?? [];
  write(row, was
    ? [within(left + x - fromX, width), within(top + y - fromY, height), width, height]
    : [Math.min(x, fromX), Math.min(y, fromY), Math.abs(x - fromX), Math.abs(y - fromY)]);
});
picture.addEventListener("pointerup", () => {
  if (!held) return;
  const { row, was } = held;
  held = null;
  const [, , width, height] = figures(row);
  if (was) return field(row, "keep").focus({ preventScroll: true });
  if (!(width > SMALLEST && height > SMALLEST)) return clear(row);
  field(row, "left").focus({ preventScroll: true });
  spare();
});
picture.addEventListener("pointercancel", () => {
  if (!held) return;
  const { row, was } = held;
  held = null;
  if (was) write(row, was);
  else clear(row);
});
