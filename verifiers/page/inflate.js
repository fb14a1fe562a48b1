// Deflate (RFC 1951), unpacking only, into a buffer of the size that the archive states; and CRC-32.

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MOST_BITS = 15;

// A table by the next 15 bits as they stand in the stream: symbol times 16 plus the length of its code.
function huffman(lengths) {
  const counts = new Uint16Array(MOST_BITS + 2);
  for (const length of lengths) if (length) counts[length] += 1;
  const next = new Uint16Array(MOST_BITS + 2);
  for (let bits = 1; bits <= MOST_BITS; bits += 1) next[bits + 1] = (next[bits] + counts[bits]) << 1;
  const table = new Int32Array(1 << MOST_BITS).fill(-1);
  lengths.forEach((length, symbol) => {
    if (!length) return;
    let code = next[length];
    next[length] += 1;
    if (code >= 1 << length) throw new Error("damaged: a code that does not exist");
    let turned = 0;
    for (let bit = 0; bit < length; bit += 1, code >>= 1) turned = (turned << 1) | (code & 1);
    for (let at = turned; at < table.length; at += 1 << length) table[at] = symbol * 16 + length;
  });
  return table;
}

const FIXED = [
  huffman(Array.from({ length: 288 }, (_none, n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8))),
  huffman(Array(30).fill(5)),
];

class Inflater {
  constructor(packed, size) {
    this.packed = packed;
    this.at = 0;
    this.held = 0;
    this.count = 0;
    this.out = new Uint8Array(size);
    this.done = 0;
  }

  fill(wanted) {
    while (this.count < wanted) {
      // Zeros behind the end let the last code be looked up; using them is caught by `drop`.
      this.held |= (this.at < this.packed.length ? this.packed[this.at] : 0) << this.count;
      this.at += 1;
      this.count += 8;
    }
  }

  drop(bits) {
    this.held >>>= bits;
    this.count -= bits;
    if (this.at - (this.count >> 3) > this.packed.length) throw new Error("damaged: it ends too early");
  }

  bits(wanted) {
    if (!wanted) return 0;
    this.fill(wanted);
    const found = this.held & ((1 << wanted) - 1);
    this.drop(wanted);
    return found;
  }

  symbol(table) {
    this.fill(MOST_BITS);
    const found = table[this.held & ((1 << MOST_BITS) - 1)];
    if (found < 0) throw new Error("damaged: an unknown code");
    this.drop(found & 15);
    return found >> 4;
  }

  run() {
    for (let last = 0; !last; ) {
      last = this.bits(1);
      const kind = this.bits(2);
      if (kind === 0) this.stored();
      else if (kind === 1) this.coded(...FIXED);
      else if (kind === 2) this.coded(...this.tables());
      else throw new Error("damaged: an unknown block");
    }
    if (this.done !== this.out.length) throw new Error("damaged: shorter than stated");
    return this.out;
  }

  stored() {
    this.drop(this.count & 7);
    const length = this.bits(16);
    if ((this.bits(16) ^ 0xffff) !== length) throw new Error("damaged: a block's length");
    const from = this.at - (this.count >> 3);
    if (from + length > this.packed.length) throw new Error("damaged: it ends too early");
    this.room(length);
    this.out.set(this.packed.subarray(from, from + length), this.done);
    this.done += length;
    this.at = from + length;
    this.held = 0;
    this.count = 0;
  }

  room(length) {
    if (this.done + length > this.out.length) throw new Error("damaged: longer than stated");
  }

  tables() {
    const literals = this.bits(5) + 257;
    const distances = this.bits(5) + 1;
    const own = Array(19).fill(0);
    for (let left = this.bits(4) + 4, n = 0; n < left; n += 1) own[ORDER[n]] = this.bits(3);
    const table = huffman(own);
    const lengths = [];
    while (lengths.length < literals + distances) {
      const symbol = this.symbol(table);
      if (symbol < 16) lengths.push(symbol);
      else {
        const times = symbol === 16 ? 3 + this.bits(2) : symbol === 17 ? 3 + this.bits(3) : 11 + this.bits(7);
        const value = symbol === 16 ? lengths[lengths.length - 1] : 0;
        for (let n = 0; n < times; n += 1) lengths.push(value);
      }
    }
    return [huffman(lengths.slice(0, literals)), huffman(lengths.slice(literals, literals + distances))];
  }

  coded(literals, distances) {
    for (;;) {
      const symbol = this.symbol(literals);
      if (symbol === 256) return;
      if (symbol < 256) {
        this.room(1);
        this.out[this.done] = symbol;
        this.done += 1;
      } else this.copy(symbol - 257, distances);
    }
  }

  copy(code, distances) {
    if (code >= LENGTHS.length) throw new Error("damaged: an unknown length");
    const length = LENGTHS[code] + this.bits(LENGTH_BITS[code]);
    const symbol = this.symbol(distances);
    if (symbol >= DISTANCES.length) throw new Error("damaged: an unknown distance");
    const from = this.done - DISTANCES[symbol] - this.bits(DISTANCE_BITS[symbol]);
    if (from < 0) throw new Error("damaged: it points before its beginning");
    this.room(length);
    for (let n = 0; n < length; n += 1) this.out[this.done + n] = this.out[from + n];
    this.done += length;
  }
}

const CRC = Int32Array.from({ length: 256 }, (_none, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = -1;
  for (let at = 0; at < bytes.length; at += 1) value = CRC[(value ^ bytes[at]) & 255] ^ (value >>> 8);
  return (value ^ -1) >>> 0;
}
