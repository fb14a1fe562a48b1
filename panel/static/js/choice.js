// Two devices, one sheet: lays what was tapped here beside what stands on the server, and hands on what the expert chose.
//
// Listens to  conflict {html}.  Tells  chosen {sheet, version, shown, values}

const dialog = document.getElementById("choice");
const box = document.getElementById("outbox");

const here = (id) => {
  const unit = document.querySelector(`[data-unit="${CSS.escape(id)}"]`);
  return { url: unit.dataset.url, points: unit.querySelector(".stepper__value").value, comment: unit.querySelector("textarea").value };
};

function lay() {
  for (const row of dialog.querySelectorAll("[data-choice-unit]")) {
    const mine = here(row.dataset.choiceUnit);
    row.hidden = row.disabled = mine.points === row.dataset.points && mine.comment === row.dataset.comment;
    row.querySelector("[data-mine-points]").textContent = mine.points || "–";
    row.querySelector("[data-mine-comment]").textContent = mine.comment;
  }
  if (!dialog.open) dialog.showModal();
}

function choose(form) {
  const sheet = box.dataset.sheet;
  const version = Number(form.dataset.version);
  const shown = [];
  const values = [];
  for (const row of form.querySelectorAll("[data-choice-unit]:not([hidden])")) {
    const unit = row.dataset.choiceUnit;
    if (row.querySelector("input:checked").value === "mine") values.push({ sheet, unit, version, ...here(unit) });
    else shown.push({ unit, points: row.dataset.points, comment: row.dataset.comment });
  }
  document.dispatchEvent(new CustomEvent("chosen", { detail: { sheet, version, shown, values } }));
}

document.addEventListener("conflict", ({ detail }) => {
  dialog.innerHTML = detail.html;
  lay();
});
dialog.addEventListener("submit", (event) => choose(event.target));
dialog.addEventListener("cancel", (event) => event.preventDefault()); // something has to be chosen
