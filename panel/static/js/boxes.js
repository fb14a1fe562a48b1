// The boxes over a page: drawn with a pointer on the picture, or typed as figures. The form is the truth.

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
  rect.setAttribute("class", `leaf__box${field(row, "keep").checked ? "" : " leaf__box--off"}`);
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

let drawing = null;
picture.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  event.preventDefault();
  picture.setPointerCapture(event.pointerId);
  drawing = { from: place(event), row: spare(), hit: event.target.dataset.rect };
});
picture.addEventListener("pointermove", (event) => {
  if (!drawing) return;
  const [x, y] = place(event);
  const [fromX, fromY] = drawing.from;
  const edges = [Math.min(x, fromX), Math.min(y, fromY), Math.abs(x - fromX), Math.abs(y - fromY)];
  EDGES.forEach((edge, at) => { field(drawing.row, edge).value = (edges[at] * 100 / UNITS).toFixed(2); });
  draw(drawing.row);
});
function finish() {
  if (!drawing) return;
  const { row, hit } = drawing;
  drawing = null;
  const [, , width, height] = figures(row);
  if (!(width > SMALLEST && height > SMALLEST)) {
    // Not drawn but pressed: on a box it leads to that box's figures.
    EDGES.forEach((edge) => { field(row, edge).value = ""; });
    draw(row);
    if (hit !== undefined) field(rows.querySelector(`[data-box="${hit}"]`), "keep").focus();
    return;
  }
  field(row, "left").focus({ preventScroll: true });
  spare();
}
picture.addEventListener("pointerup", finish);
picture.addEventListener("pointercancel", finish);
