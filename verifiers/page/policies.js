// Policies: the figures that a computation reads, out of the policy text.

const ESCAPES = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\", b: "\b", f: "\f" };

// As much of TOML as a policy text uses: tables, strings, numbers, arrays, inline tables.
class Toml {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.top = new Map();
    let table = this.top;
    for (this.blank(); this.at < text.length; this.blank()) {
      if (text[this.at] === "[") table = this.header();
      else this.pair(table);
    }
  }

  match(pattern) {
    const sticky = new RegExp(pattern, "y");
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text);
    if (found) this.at = sticky.lastIndex;
    return found ? found[0] : "";
  }

  blank() {
    this.match("(?:[ \\t\\r\\n]|#[^\\n]*)*");
  }

  space() {
    this.match("[ \\t]*");
  }

  take(token) {
    if (!this.text.startsWith(token, this.at)) throw new Error(`${token} is missing in the policy text at ${this.at}`);
    this.at += token.length;
  }

  header() {
    const many = this.text.startsWith("[[", this.at);
    this.take(many ? "[[" : "[");
    const keys = this.keys();
    this.take(many ? "]]" : "]");
    const last = keys.pop();
    const table = keys.reduce((within, key) => this.into(within, key), this.top);
    if (many) {
      if (!table.has(last)) table.set(last, []);
      table.get(last).push(new Map());
    }
    return this.into(table, last);
  }

  into(table, key) {
    if (!table.has(key)) table.set(key, new Map());
    const below = table.get(key);
    return Array.isArray(below) ? below[below.length - 1] : below;
  }

  keys() {
    const keys = [];
    for (;;) {
      this.space();
      keys.push(this.match("[A-Za-z0-9_-]+") || this.string());
      this.space();
      if (this.text[this.at] !== ".") return keys;
      this.at += 1;
    }
  }

  pair(table) {
    const keys = this.keys();
    this.take("=");
    this.space();
    const last = keys.pop();
    const within = keys.reduce((found, key) => this.into(found, key), table);
    if (within.has(last)) throw new Error(`${last} stands twice in the policy text`);
    within.set(last, this.value());
  }

  value() {
    const first = this.text[this.at];
    if (first === '"' || first === "'") return this.string();
    if (first === "[") return this.several("[", "]", () => this.value());
    if (first === "{") {
      const table = new Map();
      this.several("{", "}", () => this.pair(table));
      return table;
    }
    const word = this.match("[^\\s,\\]}#]+");
    if (word === "true" || word === "false") return word === "true";
    const number = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(word.replace(/_/g, ""));
    if (!number) return word; // a date: nothing here reads one
    const decimals = number[3] || "";
    return new Q(BigInt(`${number[1] === "-" ? "-" : ""}${number[2]}${decimals}`), 10n ** BigInt(decimals.length));
  }

  several(opening, closing, one) {
    this.take(opening);
    const found = [];
    for (;;) {
      this.blank();
      if (found.length && !this.text.startsWith(closing, this.at)) {
        this.take(",");
        this.blank();
      }
      if (this.text.startsWith(closing, this.at)) {
        this.take(closing);
        return found;
      }
      found.push(one());
    }
  }

  string() {
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== "'") throw new Error(`no string in the policy text at ${this.at}`);
    const mark = this.text.startsWith(quote.repeat(3), this.at) ? quote.repeat(3) : quote;
    const start = this.at + mark.length;
    let end = start;
    while (!this.text.startsWith(mark, end)) {
      if (end >= this.text.length) throw new Error("a string without end in the policy text");
      end += quote === '"' && this.text[end] === "\\" ? 2 : 1;
    }
    this.at = end + mark.length;
    const raw = this.text.slice(start, end).replace(mark.length === 3 ? /^\n/ : "", "");
    return quote === "'" ? raw : raw.replace(/\\(u[0-9A-Fa-f]{4}|\n\s*|.)/g, (_all, said) => this.escape(said));
  }

  escape(said) {
    if (said.length === 5) return String.fromCharCode(parseInt(said.slice(1), 16));
    if (said[0] === "\n") return "";
    if (!(said in ESCAPES)) throw new Error("an unknown escape in the policy text");
    return ESCAPES[said];
  }
}

const whole = (number) => {
  if (!(number instanceof Q)) throw new Error("no number where the policy text must have one");
  return Number(number.floor());
};

// The figures of a policy text from which a result follows, in the form of rules.json.
function rulesOf(text) {
  const policy = new Toml(text).top;
  return {
    method: policy.get("method"),
    places: whole(policy.get("places")),
    quorum: whole(policy.get("quorum")),
    tracks: { project: trackRules(policy.get("project")), studio: trackRules(policy.get("studio")) },
    trimmed_min_sheets: whole(policy.get("trimmed_min_sheets")),
  };
}

function trackRules(track) {
  return {
    cap: whole(track.get("cap")),
    criteria: track.get("criteria").map((one) => {
      const units = (one.get("items") || []).map((item) => item.get("id"));
      return {
        id: one.get("id"),
        points: whole(one.get("points").times(Q.of(100))),
        units: units.length ? units : [one.get("id")],
      };
    }),
    floors: Object.fromEntries([...track.get("floors")].map(([criterion, percent]) => [criterion, whole(percent)])),
    ladder: track.get("ladder"),
    pass_mark: whole(track.get("pass_mark").times(Q.of(100))),
  };
}
