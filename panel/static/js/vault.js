// What this tablet keeps of an expert's work, in boxes that only that expert's key opens. For the pages and the worker.
//
// Everything in the database but the order of the boxes and the label of their owner is encrypted. The key comes from the
// server with a session, and no script can read it. At sign-out it is thrown away with all pages: what still waits to be
// sent stays, closed, until the same expert signs in here again and the server gives the same key.

self.vault = (() => {
  const STORES = { keys: { keyPath: "label" }, pages: { keyPath: "id" }, given: { keyPath: "id" }, queue: { keyPath: "id", autoIncrement: true } };
  const READABLE = ["keys", "pages", "given"]; // with the key, all of it could be read
  const PATIENCE = 5000;
  let opening;

  function database() {
    opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("panel", 1);
      request.onupgradeneeded = () => Object.entries(STORES).forEach(([name, options]) => request.result.createObjectStore(name, options));
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        request.result.onversionchange = () => request.result.close();
        resolve(request.result);
      };
    });
    return opening;
  }

  async function within(names, mode, work) {
    const db = await database();
    return new Promise((resolve, reject) => {
      const deal = db.transaction(names, mode, { durability: "strict" });
      const answer = work(...names.map((name) => deal.objectStore(name)));
      deal.oncomplete = () => resolve(answer?.result);
      deal.onabort = deal.onerror = () => reject(deal.error);
    });
  }

  async function seal(held, plain) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(JSON.stringify(plain));
    return { label: held.label, iv, box: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, held.key, bytes) };
  }

  async function unseal(held, { iv, box }) {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, held.key, box)));
  }

  async function id(held, address) {
    const { pathname, search } = new URL(address, location);
    const bytes = new TextEncoder().encode(`${held.label} ${pathname.replace(/\/$/, "")}${search}`);
    return Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  const wipe = () => within(READABLE, "readwrite", (...stores) => stores.forEach((store) => store.clear()));

  // Whose key lies here; a tablet that was put away for longer than a session may sleep has forgotten it.
  async function holder() {
    const [held] = await within(["keys"], "readonly", (keys) => keys.getAll());
    if (held && Date.now() - held.seen > held.idle) return void (await wipe());
    return held;
  }

  async function ask(address) {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    if (!answer.ok) throw Object.assign(new Error("no key"), { status: answer.status });
    return {
      label: answer.headers.get("Panel-Label"),
      key: await crypto.subtle.importKey("raw", await answer.arrayBuffer(), "AES-GCM", false, ["encrypt", "decrypt"]),
      idle: answer.headers.get("Panel-Idle") * 1000,
      lang: document.documentElement.lang,
    };
  }

  const hold = (held) => within(["keys"], "readwrite", (keys) => keys.put({ ...held, seen: Date.now() }));

  // The key of the expert who is signed in; what lies here of anybody else can no longer be read.
  async function enter(label, address) {
    let held = await holder();
    const fresh = held?.label !== label;
    if (fresh) {
      held = await ask(address);
      if (held.label !== label) throw Object.assign(new Error("another expert"), { status: 401 });
      await wipe();
    }
    await hold({ ...held, lang: document.documentElement.lang });
    return { held, fresh };
  }

  async function touch() {
    const held = await holder();
    if (held) await hold(held);
  }

  // The queue in its order. A box that this key does not open is thrown away, and told: nobody could ever read it again.
  async function read(held) {
    const boxes = await within(["queue"], "readonly", (queue) => queue.getAll());
    const values = [];
    let broken = 0;
    for (const box of boxes.filter(({ label }) => label === held.label)) {
      try {
        values.push({ ...(await unseal(held, box)), id: box.id });
      } catch {
        broken += 1;
        await within(["queue"], "readwrite", (queue) => queue.delete(box.id));
      }
    }
    return { values, broken };
  }

  async function write(held, before, after) {
    const known = new Map(before.map((value) => [value.id, JSON.stringify(value)]));
    const changed = after.filter((value) => known.get(value.id) !== JSON.stringify(value));
    const boxes = await Promise.all(changed.map(async ({ id: place, ...value }) => ({ ...(await seal(held, value)), ...(place && { id: place }) })));
    const left = new Set(after.map((value) => value.id));
    const puts = [];
    await within(["queue"], "readwrite", (queue) => {
      for (const { id: place } of before) if (!left.has(place)) queue.delete(place);
      for (const box of boxes) puts.push(queue.put(box));
    });
    changed.forEach((value, n) => (value.id = puts[n].result));
  }

  const put = async (store, held, address, plain) => {
    const box = { ...(await seal(held, plain)), id: await id(held, address) };
    // Not after the key was thrown away: what was under way then comes too late.
    await within(["keys", store], "readwrite", (keys, boxes) => {
      keys.get(held.label).onsuccess = ({ target }) => target.result && boxes.put(box);
    });
  };
  const get = async (store, held, address) => {
    const place = await id(held, address);
    const box = await within([store], "readonly", (boxes) => boxes.get(place));
    return box && unseal(held, box);
  };
  const drop = async (store, held, address) => {
    const place = await id(held, address);
    await within([store], "readwrite", (boxes) => boxes.delete(place));
  };

  async function pages(held) {
    const boxes = await within(["pages"], "readonly", (all) => all.getAll());
    return Promise.all(boxes.map((box) => unseal(held, box)));
  }

  const clearPages = () => within(["pages"], "readwrite", (all) => all.clear());

  const able = () => Boolean(self.isSecureContext && self.indexedDB && self.crypto?.subtle);

  return { able, enter, hold, holder, touch, wipe, read, write, put, get, drop, pages, clearPages };
})();
