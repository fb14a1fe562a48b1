// Leafing and zooming in the page images of the material. Without it the pages can be scrolled all the same.

const ZOOMS = ["100", "150", "200", "300"];

for (const paper of document.querySelectorAll("[data-paper]")) {
  const pages = paper.querySelector("[data-pages]");
  const images = [...pages.querySelectorAll("img")];
  const tools = paper.querySelector("[data-tools]");
  const place = tools.querySelector("[data-place]");
  const zoomed = tools.querySelector("[data-zoomed]");
  let at = 0;

  const show = (index) => {
    at = Math.min(Math.max(index, 0), images.length - 1);
    place.value = at + 1;
  };
  const go = (index) => {
    show(index);
    images[at].scrollIntoView({ block: "start", inline: "nearest" });
  };
  const zoom = (by) => {
    const now = ZOOMS.indexOf(pages.dataset.zoom);
    const next = by === 0 ? 0 : Math.min(Math.max(now + by, 0), ZOOMS.length - 1);
    pages.dataset.zoom = ZOOMS[next];
    zoomed.value = `${ZOOMS[next]}%`;
    images[at].scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const acts = {
    before: () => go(at - 1),
    after: () => go(at + 1),
    smaller: () => zoom(-1),
    larger: () => zoom(1),
    whole: () => zoom(0),
  };
  const keys = { "[": acts.before, "]": acts.after, "-": acts.smaller, "+": acts.larger, "=": acts.larger, "0": acts.whole };

  tools.hidden = false;
  // What is opened takes the whole height there is.
  paper.addEventListener("toggle", () => { if (paper.open) paper.scrollIntoView({ block: "start" }); });
  tools.addEventListener("click", (event) => acts[event.target.closest("[data-act]")?.dataset.act]?.());
  pages.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  const seen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) seen.add(entry.target);
      else seen.delete(entry.target);
    }
    const first = images.findIndex((image) => seen.has(image));
    if (first >= 0) show(first);
  }, { rootMargin: "-30% 0px -55% 0px" });
  images.forEach((image) => watcher.observe(image));
}
