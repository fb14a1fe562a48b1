// Lets this tablet go on without network: registers the worker, says that somebody is here, forgets everything at sign-out.
//
// Listens to  entered {fresh}  the key of the box lies on this tablet

const { worker, scope } = document.getElementById("outbox").dataset;
const channel = new BroadcastChannel("panel.device");
const TOUCH = 30000; // how often it is noted that somebody is here, in ms
let touched = Date.now();

const here = () => {
  if (Date.now() - touched < TOUCH) return;
  touched = Date.now();
  if (vault.able()) vault.touch().catch(() => {});
};
for (const name of ["pointerdown", "keydown", "scroll"]) addEventListener(name, here, { capture: true, passive: true });

document.addEventListener("entered", async ({ detail }) => {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register(worker, { scope });
  const [arrival] = performance.getEntriesByType("navigation");
  if (arrival?.workerStart && !detail.fresh) return; // the page came through the worker, which has kept it
  (await navigator.serviceWorker.ready).active.postMessage({ keep: location.href });
});

for (const form of document.querySelectorAll("form[action$='/sign-out']")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    channel.postMessage("signed-out");
    const late = new Promise((resolve) => setTimeout(resolve, 1000));
    await Promise.race([vault.able() ? vault.wipe().catch(() => {}) : null, late]); // the next page wipes again
    form.submit();
  });
}
channel.addEventListener("message", () => location.replace(location.pathname));

const { kept } = document.documentElement.dataset;
if (kept) {
  const note = document.getElementById("kept");
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
  const words = note.querySelector("[data-words]");
  words.textContent = words.dataset.words.replace("{time}", time.format(Number(kept)));
  note.hidden = false;
}
