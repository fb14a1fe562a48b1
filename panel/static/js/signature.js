// The pad on which one signs: keeps what the finger drew as strokes of whole numbers, 1200 wide and 400 high on every
// screen, and puts them into the form as JSON: [[x, y, x, y, …], …].

const WIDTH = 1200;
const HEIGHT = 400;
const STEP = 5; // points nearer than this to the one before say nothing
const MOST = 2800; // points; the server takes 3000

for (const box of document.querySelectorAll("[data-signature]")) {
  const pad = box.querySelector("[data-pad]");
  const ink = pad.querySelector(".signature__ink");
  const field = box.querySelector("[name=strokes]");
  const [undo, clear, said] = ["undo", "clear", "said"].map((name) => box.querySelector(`[data-${name}]`));
  const name = box.querySelector("[name=signed_name]");
  let strokes = field.value ? JSON.parse(field.value) : []; // of an earlier try, as the server has checked them
  let pen = null; // the pointer that draws

  const count = () => strokes.reduce((sum, stroke) => sum + stroke.length / 2, 0);
  const line = (stroke) => {
    const points = [];
    for (let at = 0; at < stroke.length; at += 2) points.push(`${stroke[at]} ${stroke[at + 1]}`);
    return `M${points.length > 1 ? points.join("L") : `${points[0]}L${points[0]}`}`;
  };

  function draw() {
    ink.setAttribute("d", strokes.map(line).join(""));
  }

  function keep() {
    draw();
    field.value = strokes.length ? JSON.stringify(strokes) : "";
    undo.disabled = clear.disabled = !strokes.length;
    said.textContent = strokes.length ? said.dataset.some.replace("{n}", strokes.length) : said.dataset.none;
  }

  function add({ clientX, clientY }) {
    const frame = pad.getBoundingClientRect();
    const within = (share, most) => Math.round(Math.min(1, Math.max(0, share)) * most);
    const x = within((clientX - frame.left) / frame.width, WIDTH);
    const y = within((clientY - frame.top) / frame.height, HEIGHT);
    const stroke = strokes.at(-1);
    const [beforeX, beforeY] = stroke.slice(-2);
    if (stroke.length && Math.abs(x - beforeX) + Math.abs(y - beforeY) < STEP) return;
    if (count() < MOST) stroke.push(x, y);
  }

  pad.addEventListener("pointerdown", (event) => {
    if (pen !== null || event.button !== 0) return;
    event.preventDefault();
    pen = event.pointerId;
    pad.setPointerCapture(pen);
    box.classList.add("signature--busy");
    strokes.push([]);
    add(event);
    draw();
  });
  pad.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen) return;
    const several = event.getCoalescedEvents?.() ?? [];
    for (const one of several.length ? several : [event]) add(one);
    draw();
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    pad.addEventListener(kind, (event) => {
      if (event.pointerId !== pen) return;
      pen = null;
      box.classList.remove("signature--busy");
      strokes = strokes.filter((stroke) => stroke.length);
      keep();
    });
  }
  undo.addEventListener("click", () => {
    strokes.pop();
    keep();
  });
  clear.addEventListener("click", () => {
    strokes = [];
    keep();
  });
  const need = () => { name.required = box.querySelector("[name=manner]:checked").value === "typed"; };
  box.addEventListener("change", need);
  need();
  keep();
}
