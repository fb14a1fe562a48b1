// SHA-256 and SHA-512 (FIPS 180-4). A page opened from disk may lack the browser's own.

// The first 64 bits behind the point of a root of each prime, in whole numbers.
function primes(count) {
  const found = [];
  for (let n = 2; found.length < count; n += 1) if (found.every((prime) => n % prime)) found.push(n);
  return found;
}

function root(number, degree) {
  const wanted = BigInt(number) << BigInt(64 * degree);
  let low = 0n;
  let high = 1n << 72n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= wanted) low = middle;
    else high = middle;
  }
  return low & ((1n << 64n) - 1n);
}

const CONSTANTS = primes(80).map((prime) => root(prime, 3));
const STARTS = primes(8).map((prime) => root(prime, 2));
const K256 = Int32Array.from(CONSTANTS.slice(0, 64), (constant) => Number(constant >> 32n) | 0);
const H256 = STARTS.map((start) => Number(start >> 32n) | 0);
const schedule = new Int32Array(64);
let padded = new Uint8Array(1 << 16);

// SHA-256 of `prefix` and a stretch of `data`.
function sha256(data, start = 0, end = data.length, prefix = []) {
  const length = prefix.length + end - start;
  const blocks = (length + 72) >>> 6;
  if (padded.length < blocks * 64) padded = new Uint8Array(blocks * 128);
  padded.set(prefix);
  padded.set(data.subarray(start, end), prefix.length);
  padded.fill(0, length, blocks * 64);
  padded[length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(blocks * 64 - 8, Math.floor(length / 2 ** 29));
  view.setUint32(blocks * 64 - 4, (length << 3) >>> 0);
  const state = H256.slice();
  for (let block = 0; block < blocks; block += 1) compress(state, view, block * 64);
  const out = new Uint8Array(32);
  const written = new DataView(out.buffer);
  state.forEach((word, index) => written.setInt32(index * 4, word));
  return out;
}

function compress(state, view, at) {
  const w = schedule;
  for (let t = 0; t < 16; t += 1) w[t] = view.getInt32(at + t * 4);
  for (let t = 16; t < 64; t += 1) {
    const x = w[t - 15];
    const y = w[t - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let t = 0; t < 64; t += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K256[t] + w[t]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] = (state[0] + a) | 0;
  state[1] = (state[1] + b) | 0;
  state[2] = (state[2] + c) | 0;
  state[3] = (state[3] + d) | 0;
  state[4] = (state[4] + e) | 0;
  state[5] = (state[5] + f) | 0;
  state[6] = (state[6] + g) | 0;
  state[7] = (state[7] + h) | 0;
}

const M64 = (1n << 64n) - 1n;
const turn = (x, by) => ((x >> BigInt(by)) | (x << BigInt(64 - by))) & M64;

// SHA-512, for signatures only: short and plain instead of quick.
function sha512(data) {
  const blocks = (data.length + 144) >>> 7;
  const bytes = new Uint8Array(blocks * 128);
  bytes.set(data);
  bytes[data.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setBigUint64(bytes.length - 8, BigInt(data.length) << 3n);
  let state = STARTS;
  for (let at = 0; at < bytes.length; at += 128) {
    const w = [];
    for (let t = 0; t < 16; t += 1) w.push(view.getBigUint64(at + t * 8));
    for (let t = 16; t < 80; t += 1) {
      const s0 = turn(w[t - 15], 1) ^ turn(w[t - 15], 8) ^ (w[t - 15] >> 7n);
      const s1 = turn(w[t - 2], 19) ^ turn(w[t - 2], 61) ^ (w[t - 2] >> 6n);
      w.push((w[t - 16] + s0 + w[t - 7] + s1) & M64);
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let t = 0; t < 80; t += 1) {
      const s1 = turn(e, 14) ^ turn(e, 18) ^ turn(e, 41);
      const t1 = h + s1 + ((e & f) ^ (~e & g)) + CONSTANTS[t] + w[t];
      const t2 = (turn(a, 28) ^ turn(a, 34) ^ turn(a, 39)) + ((a & b) ^ (a & c) ^ (b & c));
      [a, b, c, d, e, f, g, h] = [(t1 + t2) & M64, a, b, c, (d + t1) & M64, e, f, g];
    }
    const next = [a, b, c, d, e, f, g, h];
    state = state.map((word, index) => (word + next[index]) & M64);
  }
  const out = new Uint8Array(64);
  state.forEach((word, index) => new DataView(out.buffer).setBigUint64(index * 8, word));
  return out;
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new Error("no hexadecimal digits");
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
};
const utf8 = (text) => new TextEncoder().encode(text);
const joined = (...parts) => {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};
const digest = (label, data) => hex(sha256(joined(utf8(`pingshen/${label}/v1\0`), data)));
