// Ed25519 (RFC 8032), verification only.

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (number, by = P) => ((number % by) + by) % by;

function power(base, exponent) {
  let result = 1n;
  for (let factor = mod(base); exponent; exponent >>= 1n) {
    if (exponent & 1n) result = (result * factor) % P;
    factor = (factor * factor) % P;
  }
  return result;
}

const D = mod(-121665n * power(121666n, P - 2n));
const ZERO = [0n, 1n, 1n, 0n];

function plus(p, q) {
  const a = mod((p[1] - p[0]) * (q[1] - q[0]));
  const b = ((p[1] + p[0]) * (q[1] + q[0])) % P;
  const c = (((2n * p[3] * q[3]) % P) * D) % P;
  const d = (2n * p[2] * q[2]) % P;
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

const little = (bytes) => BigInt(`0x${hex(bytes.slice().reverse()) || "0"}`);

function compressed(p) {
  const inverse = power(p[2], P - 2n);
  const [x, y] = [(p[0] * inverse) % P, (p[1] * inverse) % P];
  return hex(unhex((y | ((x & 1n) << 255n)).toString(16).padStart(64, "0")).reverse());
}

function decompressed(bytes) {
  const number = little(bytes);
  const sign = number >> 255n;
  const y = number & (2n ** 255n - 1n);
  if (bytes.length !== 32 || y >= P) return null;
  const square = (mod(y * y - 1n) * power(D * y * y + 1n, P - 2n)) % P;
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square)) x = (x * power(2n, (P - 1n) / 4n)) % P;
  if (mod(x * x - square) || (x === 0n && sign)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, (x * y) % P];
}

// The multiples of one point, so that a product takes no doubling: rows of 16 for each half byte.
class Multiples {
  constructor(point) {
    this.rows = [];
    for (let step = 0; step < 64; step += 1) {
      const row = [ZERO];
      for (let more = 0; more < 15; more += 1) row.push(plus(row[more], point));
      this.rows.push(row);
      point = plus(row[15], point);
    }
  }

  times(factor) {
    let total = ZERO;
    for (const row of this.rows) {
      total = plus(total, row[Number(factor & 15n)]);
      factor >>= 4n;
    }
    return total;
  }
}

let base; // made when the first signature is looked at

class PublicKey {
  constructor(bytes) {
    this.bytes = bytes;
    const point = decompressed(bytes);
    const minus = point && new Multiples([P - point[0], point[1], 1n, P - point[3]]);
    // A key of small order would accept signatures that nobody made.
    this.minus = minus && compressed(minus.times(8n)) !== compressed(ZERO) ? minus : null;
  }

  verifies(signature, message) {
    if (!this.minus || signature.length !== 64) return false;
    base = base || new Multiples(decompressed(unhex("58" + "66".repeat(31))));
    const s = little(signature.subarray(32));
    if (s >= L) return false;
    const first = signature.subarray(0, 32);
    const k = little(sha512(joined(first, this.bytes, message))) % L;
    return compressed(plus(base.times(s), this.minus.times(k))) === hex(first);
  }
}
