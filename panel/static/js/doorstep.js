// Where a tap lies for the moment until it is in the box: neither leaving the page at once nor its crash must lose it.
//
// Laying it here cannot wait, and the browser encrypts only by promises. So strips of the key's stream are made before they
// are needed (AES-GCM of zeros), one for each tap: the tap is hidden under its strip at once, with a mark that shows whether
// anybody has changed it. Without a strip, as before the box is open, it lies open until the page for signing in is shown.

self.doorstep = (() => {
  const PLACE = "panel.doorstep.";
  const LONG = 4096; // bytes of a strip: the longest comment, its address, and what the mark takes
  const SECRET = 16;
  const READY = 8; // strips at hand
  const PRIME = (1n << 61n) - 1n;
  const strips = [];
  let held = null;
  let filling = false;

  const pack = (bytes) => btoa(String.fromCharCode(...bytes));
  const unpack = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

  // Plain loops: this runs between a tap and its picture.
  function hide(bytes, stream) {
    const hidden = new Uint8Array(bytes.length);
    for (let n = 0; n < bytes.length; n += 1) hidden[n] = bytes[n] ^ stream[SECRET + n];
    return hidden;
  }

  // Of six bytes at most: so many are whole in a number.
  function number(bytes, from, to) {
    let sum = 0;
    for (let n = from; n < to; n += 1) sum = sum * 256 + bytes[n];
    return BigInt(sum);
  }

  async function strip(iv, { key }) {
    return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new Uint8Array(LONG)));
  }

  // A polynomial over the bytes at a secret point, under a secret that is used once (Wegman and Carter, 1981).
  function mark(bytes, stream) {
    const secret = (from) => ((number(stream, from, from + 2) << 48n) | number(stream, from + 2, from + 8)) % PRIME;
    const point = secret(0);
    let sum = BigInt(bytes.length);
    for (let at = 0; at < bytes.length; at += 6) sum = (sum * point + number(bytes, at, Math.min(at + 6, bytes.length))) % PRIME;
    return String((sum * point + secret(8)) % PRIME);
  }

  async function fill() {
    if (filling) return;
    filling = true;
    try {
      while (held && strips.length < READY) {
        const iv = crypto.getRandomValues(new Uint8Array(12));
        strips.push({ iv, stream: await strip(iv, held) });
      }
    } finally {
      filling = false;
    }
  }

  function open(key) {
    held = key;
    fill().catch(() => {});
  }

  function close(value) {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    if (!strips.length || bytes.length > LONG - SECRET) return JSON.stringify([value]);
    const { iv, stream } = strips.shift();
    const box = hide(bytes, stream);
    fill().catch(() => {});
    return JSON.stringify({ iv: pack(iv), box: pack(box), mark: mark(box, stream) });
  }

  function lay(label, value) {
    try {
      localStorage.setItem(`${PLACE}${label}.${value.key}`, close(value));
    } catch {
      // no such storage here, or no room: the moment is short
    }
  }

  function drop(names) {
    try {
      for (const name of names) localStorage.removeItem(name);
    } catch {
      // no such storage here
    }
  }

  const lift = (label, key) => drop([`${PLACE}${label}.${key}`]);

  function left(label) {
    const start = PLACE + (label && `${label}.`);
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(start));
    } catch {
      return [];
    }
  }

  async function look(name) {
    const found = JSON.parse(localStorage.getItem(name)) ?? [];
    if (Array.isArray(found)) return found;
    const box = unpack(found.box);
    const stream = await strip(unpack(found.iv), held);
    if (mark(box, stream) !== found.mark) throw new Error("changed");
    return [JSON.parse(new TextDecoder().decode(hide(box, stream)))];
  }

  // What was left here, and how much of it nobody can read any more.
  async function gather(names) {
    const found = await Promise.allSettled(names.map(look));
    return { values: found.flatMap(({ value }) => value ?? []), broken: found.filter(({ status }) => status === "rejected").length };
  }

  // What lies open. It is the page for signing in that asks.
  function clear() {
    drop(left("").filter((name) => localStorage.getItem(name).startsWith("[")));
  }

  return { open, lay, lift, left, gather, drop, clear };
})();
