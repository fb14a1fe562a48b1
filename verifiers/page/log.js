// The log: one pass over its lines, and its tree (RFC 9162).

const READ_ACTS = new Set([
  "log.key", "log.witness", "round.create", "round.stage", "sheet.submit", "sheet.return", "sheet.void", "seal.open",
  "ranking.compute", "ranking.finalize", "application.decide", "application.withdraw", "vote.record", "vote.none",
]);
// An entry whose act is not read is held against this shape only, which leaves no room for a second `act`;
// what the pattern does not know, and every act that is read, is parsed and made canonical again.
const PLAIN = "[^{}\\\\\\x00-\\x1f]*";
const TEXT = '"[^"\\\\\\x00-\\x1f]*"';
const SHAPE = new RegExp(
  `^\\{"act":"([a-z][a-z0-9_.]*)","at":${TEXT}(?:,"data":\\{${PLAIN}\\})?(?:,"ip":${TEXT})?,"n":(0|[1-9][0-9]*)` +
    `(?:,"obj":\\{${PLAIN}\\})?,"ok":(?:true|false)(?:,"req":${TEXT})?(?:,"round":${TEXT})?,"v":1,` +
    `"who":\\{${PLAIN}\\}\\}$`,
);
const EVERY = 4000;

class Log {
  constructor(sizes, entries) {
    this.size = 0;
    this.roots = new Map();
    this.leaves = new Map();
    this.records = [];
    this.wrong = null;
    this.sizes = new Set(sizes);
    this.wanted = new Set(entries);
    this.stack = [];
  }

  read(bytes, progress) {
    let index = 0;
    for (let at = 0; at < bytes.length; index += 1) {
      const end = bytes.indexOf(10, at);
      if (end < 0) {
        this.note(new Wrong("文件 log.jsonl 最后一行不完整。", "The last line of log.jsonl is cut off.", index));
        break;
      }
      if (this.sizes.has(index)) this.roots.set(index, this.root());
      const leaf = sha256(bytes, at, end, [0]);
      if (this.wanted.has(index)) this.leaves.set(index, hex(leaf));
      this.look(index, bytes.subarray(at, end));
      this.append(index, leaf);
      if (index % EVERY === 0) progress(end / bytes.length);
      at = end + 1;
    }
    this.size = index;
    this.roots.set(index, this.root());
  }

  append(index, leaf) {
    let hash = leaf;
    for (let whole = index + 1; !(whole & 1); whole >>= 1) {
      const left = this.stack.pop();
      hash = sha256(joined(left, hash), 0, 64, [1]);
    }
    this.stack.push(hash);
  }

  // The root over what has been read so far (RFC 9162, section 2.1.1).
  root() {
    if (!this.stack.length) return hex(sha256(new Uint8Array(0)));
    return hex(this.stack.reduceRight((right, left) => sha256(joined(left, right), 0, 64, [1])));
  }

  look(index, line) {
    try {
      const text = decoder.decode(line);
      const found = SHAPE.exec(text);
      if (!found || Number(found[2]) !== index || READ_ACTS.has(found[1])) this.record(index, text);
    } catch (error) {
      const wrong = error instanceof Wrong ? error : new Wrong(`第 ${index} 号记录无法读出。`, `Entry ${index} cannot be read.`);
      wrong.entry = index;
      this.note(wrong);
    }
  }

  record(index, text) {
    const record = parsed(text, `entry ${index}`);
    need(
      record.n === index,
      `第 ${index} 行自称第 ${record.n} 号：有记录被删去、插入、重复或调换。`,
      `Line ${index} says it is entry ${record.n}: entries were removed, inserted, repeated or swapped.`,
    );
    need(
      record.v === 1 && typeof record.ok === "boolean" && "id" in record.who,
      `第 ${index} 号记录不合格式。`,
      `Entry ${index} is not in the form of an entry.`,
    );
    if (READ_ACTS.has(record.act) && record.ok) this.records.push(record);
  }

  note(wrong) {
    this.wrong = this.wrong || wrong;
  }

  // The entries of an act, of a round, before an entry.
  of(act, round = null, before = Infinity) {
    return this.records.filter(
      (record) => record.act === act && (round === null || record.round === String(round)) && record.n < before,
    );
  }
}
