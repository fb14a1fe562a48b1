// The service worker: brings the pages that were open back when there is no network, and what they are made of.
//
// It keeps a page only if its expert's key lies in the vault, encrypted under that key; it never keeps a page that was not
// opened, since opening one is noted in the trail. Saves are not its business: the pages send them.

const CACHE = `panel-${PANEL.version}`;
const PATIENCE = 6000; // a kept page comes after so long, in ms

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("panel-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  if (old.length) await vault.clearPages(); // they are made of what was just deleted
  await registration.navigationPreload?.enable();
  await clients.claim();
  for (const client of await clients.matchAll({ type: "window" })) if (old.length) await visit(client.url);
}

async function keep(response) {
  const label = response.headers.get("Panel-Keep");
  const held = label && (await vault.holder());
  if (held?.label !== label || !label) return;
  const html = await response.text();
  const headers = [...response.headers].filter(([name]) => !/^(content-(encoding|length)|date|vary|transfer-encoding)$/i.test(name));
  await learn(html);
  const title = /<title>([^<]*)/.exec(html)?.[1].split(" · ")[0].trim() ?? "";
  await vault.put("pages", held, response.url, { address: response.url, title, html, headers, at: Date.now() });
}

// A page may be made of more than every page is.
async function learn(html) {
  const cache = await caches.open(CACHE);
  const named = new Set([...html.matchAll(/(?:href|src)="([^"#]*\?v=[^"#]*)/g)].map(([, address]) => address));
  for (const address of named) if (!(await cache.match(address))) await cache.add(address);
}

const visit = async (address) => keep(await fetch(address));

async function stored(address) {
  const held = await vault.holder();
  const page = held && (await vault.get("pages", held, address));
  return page && new Response(page.html.replace("<html ", `<html data-kept="${page.at}" `), { headers: page.headers });
}

async function offline() {
  const held = await vault.holder().catch(() => undefined);
  const links = (held ? await vault.pages(held) : []).map(({ address, title }) => `<li><a href="${new URL(address).pathname}">${title}</a></li>`);
  const html = (PANEL.offline[held?.lang] ?? PANEL.offline["zh-CN"]).replace("<!-- kept -->", links.join(""));
  return new Response(html, {
    status: 503,
    headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'" },
  });
}

async function page(event) {
  const { url } = event.request;
  const network = (async () => (await event.preloadResponse) ?? fetch(event.request))();
  const slow = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const first = await Promise.race([network.catch(() => null), slow]);
  if (first && first.status < 500) {
    event.waitUntil(keep(first.clone()).catch(() => {}));
    return first;
  }
  const kept = await stored(url).catch(() => undefined);
  return kept ?? first ?? network.catch(offline);
}

async function asset(request) {
  const found = await caches.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(CACHE)).put(request, answer.clone());
  return answer;
}

// What is posted from a page (a sheet submitted) changes it: the copy is no longer true.
async function changed(address) {
  const held = await vault.holder();
  if (held) await vault.drop("pages", held, new URL("./", address));
}

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(PANEL.assets)));
});
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => event.waitUntil(visit(event.data.keep).catch(() => {})));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, searchParams } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (request.method === "GET") event.respondWith(page(event));
    else event.waitUntil(changed(request.url).catch(() => {}));
  } else if (request.method === "GET" && searchParams.has("v") && !pathname.startsWith("/expert/")) event.respondWith(asset(request));
});
