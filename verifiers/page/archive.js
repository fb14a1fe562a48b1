// The archive: its sizes and names are looked at before anything is unpacked; its JSON is canonical.

const LAYOUT = 1;
const MAX_FILES = 20000;
const MAX_IN_MEMORY = 2 ** 28;
const MAX_LOG = 2 ** 31 - 1;
const NAME = new RegExp(
  "^(?:manifest\\.json|log\\.jsonl|checkpoints\\.jsonl|checkpoint\\.txt|keys\\.json|README\\.(?:zh|en)\\.txt" +
    "|policies/[0-9a-f]{64}\\.toml|rounds/[0-9]+/(?:round\\.json|rules\\.json|openings\\.jsonl" +
    "|results/[0-9]+/(?:inputs|result)\\.json))$",
);
const REQUIRED = ["manifest.json", "log.jsonl", "checkpoints.jsonl", "keys.json"];
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// RFC 8785 for the values that occur: keys by their UTF-16 units, integers, no blanks.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
    return `{${pairs.join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Error("a number that is no integer below 2^53");
  return JSON.stringify(value);
}

// Canonical JSON and nothing else.
function parsed(text, name, end = "") {
  const value = JSON.parse(text);
  need(canonical(value) + end === text, `${name} 不是规范 JSON。`, `${name} is not canonical JSON.`);
  return value;
}

class Archive {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.files = new Map();
    let at = this.directory();
    for (let left = this.count; left; left -= 1) at = this.file(at);
    this.names = [...this.files.keys()];
    this.unknown = this.names.filter((name) => !NAME.test(name)).sort();
    for (const name of REQUIRED) if (!this.files.has(name)) throw new Unreadable(`no ${name} in it: not a bundle`);
  }

  // Where the directory begins: read from the end of the archive.
  directory() {
    const { view } = this;
    let end = this.bytes.length - 22;
    while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
    if (end < 0 || end < this.bytes.length - 22 - 65535) throw new Unreadable("this is no ZIP archive");
    this.count = view.getUint16(end + 10, true);
    if (this.count > MAX_FILES) throw new Unreadable("too many files");
    return view.getUint32(end + 16, true);
  }

  file(at) {
    const { view } = this;
    if (at + 46 > this.bytes.length || view.getUint32(at, true) !== 0x02014b50) {
      throw new Unreadable("the directory of the archive is damaged");
    }
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [long, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    const name = decoder.decode(this.bytes.subarray(at + 46, at + 46 + long));
    const [crc, packed, size, start] = [16, 20, 24, 42].map((field) => view.getUint32(at + field, true));
    if (this.files.has(name)) throw new Unreadable(`two files are called ${name}`);
    if (size > (name === "log.jsonl" ? MAX_LOG : MAX_IN_MEMORY) || flags & 1 || ![0, 8].includes(method)) {
      throw new Unreadable(`${name}: too large, encrypted, or packed in an unknown way`);
    }
    this.files.set(name, { crc, method, packed, size, start });
    return at + 46 + long + extra + comment;
  }

  has(name) {
    return this.files.has(name);
  }

  read(name) {
    const file = this.files.get(name);
    need(file, `缺少文件 ${name}。`, `The file ${name} is missing.`);
    try {
      return this.unpacked(name, file);
    } catch (error) {
      throw new Wrong(`文件 ${name} 已损坏。`, `The file ${name} is damaged (${error.message}).`);
    }
  }

  unpacked(name, { crc, method, packed, size, start }) {
    const { view } = this;
    if (view.getUint32(start, true) !== 0x04034b50) throw new Error("no file where the directory says");
    const long = view.getUint16(start + 26, true);
    const from = start + 30 + long + view.getUint16(start + 28, true);
    if (decoder.decode(this.bytes.subarray(start + 30, start + 30 + long)) !== name) throw new Error("another name");
    if (from + packed > this.bytes.length) throw new Error("cut off");
    const data = this.bytes.subarray(from, from + packed);
    const out = method === 8 ? new Inflater(data, size).run() : data;
    if (out.length !== size || crc32(out) !== crc) throw new Error("its checksum does not fit");
    return out;
  }

  text(name) {
    return decoder.decode(this.read(name));
  }

  json(name) {
    return parsed(this.text(name), name, "\n");
  }

  // The lines of a file as texts.
  lines(name) {
    const text = this.text(name);
    need(!text || text.endsWith("\n"), `文件 ${name} 最后一行不完整。`, `The last line of ${name} is cut off.`);
    return text ? text.slice(0, -1).split("\n") : [];
  }
}
