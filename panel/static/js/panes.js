// A link into the other pane opens that pane first (on a tablet held upright only one is shown).
// There each pane keeps its place: who comes back from a criterion reads on where they were.

const places = {};
const shown = () => document.querySelector("[name=pane]:checked").value;
addEventListener("scroll", () => (places[shown()] = scrollY), { passive: true });
for (const tab of document.querySelectorAll("[name=pane]")) tab.addEventListener("change", () => scrollTo(0, places[shown()] ?? 0));

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const target = link && document.getElementById(link.hash.slice(1));
  const pane = target?.closest(".split__pane--criteria, .split__pane--material");
  if (!pane) return;
  document.getElementById(pane.classList.contains("split__pane--criteria") ? "pane-criteria" : "pane-material").checked = true;
  for (let folded = target.closest("details"); folded; folded = folded.parentElement.closest("details")) folded.open = true;
  event.preventDefault();
  target.scrollIntoView({ block: target.matches("input, textarea") ? "center" : "start" });
  if (target.matches("input, textarea")) target.focus();
});
document.querySelector("[data-error-summary]")?.focus();
