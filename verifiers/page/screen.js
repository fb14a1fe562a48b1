// The screen: takes files and evidence, hands them to the checks, and shows what these found.

"use strict";

const at = (id) => document.getElementById(id);
const FIELDS = ["kept", "key", "witness", "receipt"];
const SHAPES = {
  ok: ["M12 2.5a9.5 9.5 0 1 0 0 19 9.5 9.5 0 0 0 0-19z", "m7.8 12.2 2.9 2.9 5.6-6"],
  caution: ["M12 3.5 2.8 20h18.4z", "M12 10v4.5", "M12 17.3v.1"],
  bad: ["M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z", "m9 9 6 6", "m15 9-6 6"],
};
const STATES = {
  ok: { zh: "相符：", en: "Fits: " },
  caution: { zh: "留意：", en: "Mind: " },
  bad: { zh: "不符：", en: "Wrong: " },
};
const REASONS = {
  selected: ["入选", "Selected"],
  below_cap: ["限额之外", "Outside the cap"],
  tie_lost: ["并列未入选", "Tied, not selected"],
  studio_not_selected: ["随工作室落选", "Fallen with its studio"],
  linked_studio_refused: ["所属工作室未受理", "Studio not accepted"],
  below_pass_mark: ["低于合格线", "Below the pass mark"],
  below_floor: ["单项低于最低线", "Below a floor"],
  too_few_sheets: ["有效评分表不足", "Too few valid sheets"],
  not_connected: ["得分不可比", "Scores not comparable"],
  no_spread: ["评分未分高低", "No differences scored"],
  vetoed: ["一票否决", "Vetoed"],
  refused: ["不予受理", "Refused"],
  withdrawn: ["已撤回申报", "Application withdrawn"],
};
const TRACKS = { studio: ["工作室", "Studios"], project: ["项目", "Projects"] };
let bundle = null;
let shown = null;
let latest = 0; // the number of the newest check: an older one that ends later is not shown

function made(name, given = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function icon(state) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const shape of SHAPES[state]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}

const words = (zh, en) => [made("span", { lang: "zh-Hans" }, zh), made("span", { lang: "en" }, en)];

// Both languages, the one that was chosen first.
function both({ zh, en }) {
  const pair = words(zh, en);
  if (document.documentElement.lang === "en") pair.reverse();
  pair[1].setAttribute("data-second", "");
  return pair;
}

async function take(files) {
  for (const file of files) {
    if (/\.zip$/i.test(file.name)) bundle = file;
    else {
      const text = await file.text();
      at(text.includes("entry=") ? "receipt" : "kept").value = text;
    }
  }
  at("chosen").hidden = !bundle;
  at("start").disabled = !bundle;
  if (bundle) {
    at("chosen").textContent = `${bundle.name} · ${(bundle.size / 1e6).toFixed(2)} MB`;
    await check();
  }
}

// In a worker where the browser lets a page from disk have one; else here, a moment later.
function checked(bytes, given, progress) {
  const here = () => new Promise((done) => setTimeout(() => done(verify(bytes, given, progress)), 50));
  return new Promise((done) => {
    let worker;
    try {
      worker = new Worker(URL.createObjectURL(new Blob([at("checks").textContent], { type: "text/javascript" })));
    } catch {
      here().then(done);
      return;
    }
    worker.onmessage = ({ data }) => {
      if ("progress" in data) progress(data.progress);
      else {
        worker.terminate();
        done(data.done);
      }
    };
    worker.onerror = () => {
      worker.terminate();
      here().then(done);
    };
    worker.postMessage({ bytes, given });
  });
}

async function check() {
  const given = Object.fromEntries(FIELDS.map((field) => [field, at(field).value]));
  at("start").disabled = true;
  at("outcome").hidden = true;
  at("working").hidden = false;
  at("progress").value = 0;
  const file = bundle;
  latest += 1;
  const number = latest;
  let found;
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    found = await checked(bytes, given, (share) => {
      at("progress").value = share;
    });
  } catch (error) {
    found = { readable: false, why: error.message };
  }
  if (number !== latest) return;
  at("working").hidden = true;
  at("start").disabled = false;
  shown = { found, file: file.name, when: new Date() };
  show();
  at("outcome").focus();
  at("outcome").scrollIntoView({ block: "start" });
}

function show() {
  const { found, file, when } = shown;
  const outcome = at("outcome");
  outcome.hidden = false;
  if (!found.readable) {
    const verdict = { zh: "无法核验：这不是可以读出的留痕包，或填写的证据有误。", en: "Cannot be checked: no readable bundle, or wrong evidence." };
    outcome.replaceChildren(verdictCard("caution", verdict, { zh: found.why, en: "" }));
    return;
  }
  const list = made("ul", { class: "findings" });
  for (const one of found.findings) {
    const state = made("span", { class: "sr-only" }, ...words(STATES[one.state].zh, STATES[one.state].en));
    list.append(made("li", { class: one.state }, icon(one.state), made("span", {}, state, ...words(one.zh, one.en))));
  }
  const facts = made("dl");
  const fact = (zh, en, ...value) => facts.append(made("dt", {}, ...words(zh, en)), made("dd", {}, ...value));
  fact("文件", "File", file);
  fact("文件 SHA-256", "SHA-256 of the file", made("code", {}, found.sha256));
  fact("记录条数", "Entries", String(found.size));
  fact("根摘要", "Root", made("code", {}, found.root));
  fact("核验时间（本机时钟）", "Checked (this computer's clock)", when.toLocaleString());
  const save = made("button", { type: "button" }, ...words("保存核验记录", "Save this record"));
  save.addEventListener("click", keep);
  const print = made("button", { type: "button" }, ...words("打印", "Print"));
  print.addEventListener("click", () => window.print());
  outcome.replaceChildren(
    verdictCard(found.verdict.state, found.verdict, found.verdict.why),
    made("div", { class: "card" }, made("h2", {}, ...words("逐项结果", "What was checked")), list),
    ...(found.verdict.state === "bad" ? [] : found.lists.map(resultCard)),
    made("div", { class: "card" }, made("h2", {}, ...words("请抄录或保存，供下次比对", "Keep this for the next time")), facts),
    made("div", { class: "actions" }, save, print),
  );
}

// The newest result of a round, best first, as it came out here.
function resultCard({ code, final, decimals, places }) {
  const title = final
    ? words(`批次 ${code} 的最终结果（由本页从原始评分重新算出）`, `Round ${code}: the final result, computed here from the sheets`)
    : words(`批次 ${code} 的结果（尚未确认，由本页重新算出）`, `Round ${code}: a result not yet final, computed here`);
  const tables = Object.entries(TRACKS).map(([track, name]) => {
    const own = places.filter((place) => place.track === track);
    own.sort((one, other) => (one.rank || Infinity) - (other.rank || Infinity) || (one.application < other.application ? -1 : 1));
    const head = [["名次", "Rank"], ["编号", "Number"], ["官方得分", "Official score"], ["结论", "Outcome"]];
    const table = made("table", {}, made("caption", {}, ...words(...name)));
    table.append(made("thead", {}, made("tr", {}, ...head.map((pair) => made("th", { scope: "col" }, ...words(...pair))))));
    const rows = own.map((place) => {
      const score = place.official === null ? "—" : (place.official / 10 ** decimals).toFixed(decimals);
      const cells = [place.rank === null ? "—" : String(place.rank), place.application, score];
      return made(
        "tr",
        place.selected ? { class: "selected" } : {},
        ...cells.map((cell) => made("td", {}, cell)),
        made("td", {}, ...words(...REASONS[place.reason])),
      );
    });
    table.append(made("tbody", {}, ...rows));
    return table;
  });
  return made("div", { class: "card" }, made("h2", {}, ...title), made("div", { class: "tables" }, ...tables));
}

function verdictCard(state, verdict, why) {
  const text = made("div", {}, made("h2", { id: "verdict", class: "both" }, ...both(verdict)));
  if (why.zh || why.en) text.append(made("p", { class: "both" }, ...both(why)));
  return made("div", { class: `verdict ${state}` }, icon(state), text);
}

function keep() {
  const { found, file, when } = shown;
  const lines = [
    `${found.verdict.zh} ${found.verdict.why.zh}`,
    `${found.verdict.en} ${found.verdict.why.en}`,
    "",
    `file=${file} sha256=${found.sha256}`,
    `panel-checkpoint size=${found.size} root=${found.root}`,
    `checked=${when.toISOString()}`,
    "",
    ...found.findings.flatMap((one) => [`[${one.state}] ${one.zh}`, `    ${one.en}`]),
  ];
  const address = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/plain" }));
  made("a", { href: address, download: `verification-${found.size}.txt` }).click();
  URL.revokeObjectURL(address);
}

at("file").addEventListener("change", () => {
  const files = [...at("file").files];
  at("file").value = ""; // so that the same file, made anew, can be chosen again
  take(files);
});
at("start").addEventListener("click", check);
at("language").addEventListener("click", () => {
  const root = document.documentElement;
  root.lang = root.lang === "en" ? "zh-Hans" : "en";
  if (shown) show();
});
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  addEventListener(name, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", name === "dragenter" || name === "dragover");
    if (name === "drop") take([...event.dataTransfer.files]);
  });
}
if (!navigator.language.toLowerCase().startsWith("zh")) document.documentElement.lang = "en";
