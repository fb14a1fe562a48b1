// All together: the checks in their order.

class Verification {
  // `given`: texts `kept`, `key`, `witness`, `receipt`, empty where nothing was brought along.
  constructor(bytes, given, progress) {
    this.progress = progress;
    this.report = new Report();
    this.kept = given.kept.trim() ? new Kept(`${given.kept.trim()}\n`) : null;
    if (this.kept && !this.kept.root) throw new Unreadable("no checkpoint, which has a size and a root");
    this.receipt = given.receipt.trim() ? new Kept(given.receipt.trim()) : null;
    if (this.receipt && (this.receipt.entry === null || !this.receipt.leaf)) {
      throw new Unreadable("no receipt, which has an entry and a leaf");
    }
    this.key = typed(given.key);
    this.witness = typed(given.witness);
    try {
      this.archive = new Archive(bytes);
    } catch (error) {
      throw error instanceof Unreadable ? error : new Unreadable(`the archive is damaged (${error.message})`);
    }
    this.checkpoints = new Checkpoints([]);
    this.manifest = {};
    this.log = new Log([], []);
  }

  run() {
    const { report } = this;
    if (this.archive.unknown.length) {
      const names = this.archive.unknown.slice(0, 3).join(", ");
      report.caution("files", `包内有无关文件，未作核对：${names}。`, `Files that nothing proves: ${names}.`);
    }
    report.check("manifest", () => this.readManifest());
    report.check("checkpoints", () => {
      this.checkpoints = new Checkpoints(this.archive.lines("checkpoints.jsonl"));
    });
    if (report.check("log", () => this.readLog())) {
      const { size } = this.log;
      report.ok(
        "log",
        `${size} 条留痕逐条核对，逐字节未变，编号连续。`,
        `${size} entries, unchanged to the byte and numbered without a gap.`,
      );
    }
    let keys = null;
    report.check("keys", () => {
      keys = new Keys(this.log);
    });
    if (!keys) return report;
    report.check("keys", () => keys.check(this.archive.json("keys.json"), report));
    this.signatures(keys);
    this.outside(keys);
    report.check("rounds", () => this.rounds());
    return report;
  }

  readManifest() {
    this.manifest = this.archive.json("manifest.json");
    if (this.manifest.layout !== LAYOUT) throw new Unreadable(`layout ${this.manifest.layout}: layout ${LAYOUT} is known`);
  }

  readLog() {
    const outside = [this.kept, this.receipt].filter(Boolean);
    const sizes = [...this.checkpoints.notes, ...outside].map((one) => one.size);
    const entries = outside.map((one) => one.entry).filter((entry) => entry !== null);
    this.log = new Log(sizes, entries);
    this.log.read(this.archive.read("log.jsonl"), (share) => this.progress(0.05 + share * 0.7));
    if (this.log.wrong) throw this.log.wrong;
    const { size, roots } = this.log;
    need(
      this.manifest.size === size,
      `清单登记 ${this.manifest.size} 条记录，实有 ${size} 条：被截断或添加。`,
      `The manifest tells of ${this.manifest.size} entries and there are ${size}: cut off or added.`,
      Math.min(size, this.manifest.size),
    );
    if (this.manifest.root !== roots.get(size)) this.changed();
  }

  // Say between which checkpoints the log was changed, as closely as they tell.
  changed() {
    this.checkpoints.fit(this.log);
    const good = this.checkpoints.newest ? this.checkpoints.newest.size : 0;
    throw new Wrong(
      `第 ${good} 号或其后的记录有改动：与清单的根摘要不符。`,
      `Entry ${good} or a later one was changed: the root is not that of the manifest.`,
      good,
    );
  }

  signatures(keys) {
    const { report, log } = this;
    const { notes } = this.checkpoints;
    const checks = [
      ["checkpoints", () => this.newestIsListed()],
      ["checkpoints", () => this.checkpoints.fit(log)],
      ["signatures", () => this.checkpoints.signed(keys, (share) => this.progress(0.75 + share * 0.15))],
    ];
    const fits = checks.map(([what, work]) => report.check(what, work)).every(Boolean);
    const covered = notes.length ? notes[notes.length - 1].size : 0;
    if (!notes.length) {
      report.caution("checkpoints", "包内没有签名校验点。", "There is no signed checkpoint in the bundle.");
    } else if (fits) {
      report.ok(
        "checkpoints",
        `${notes.length} 个签名校验点全部相符，最新一个覆盖前 ${covered} 条。`,
        `All ${notes.length} signed checkpoints fit; the newest covers the first ${covered} entries.`,
      );
    }
    if (notes.length && covered < log.size) {
      report.caution(
        "coverage",
        `第 ${covered} 号至第 ${log.size - 1} 号记录尚无签名校验点覆盖。`,
        `No signed checkpoint covers entries ${covered} to ${log.size - 1}.`,
      );
    }
  }

  newestIsListed() {
    const { newest } = this.checkpoints;
    const there = this.archive.has("checkpoint.txt");
    need(
      Boolean(newest) === there && (!newest || new Note(this.archive.text("checkpoint.txt")).text === newest.text),
      "checkpoint.txt 不是最新的校验点。",
      "checkpoint.txt is not the newest checkpoint.",
    );
  }

  outside(keys) {
    const { report, log, kept, receipt } = this;
    if (kept && report.check("kept", () => kept.check(log, keys))) {
      this.anchor(
        "kept",
        `前 ${kept.size} 条与另存的校验点相符；此后的记录它证明不了。`,
        `The first ${kept.size} entries fit the checkpoint kept; it proves nothing of later ones.`,
      );
    }
    if (receipt) {
      report.check("receipt", () => receipt.proves(log, report));
      if (receipt.root && report.check("receipt", () => receipt.check(log, keys))) {
        this.anchor(
          "receipt",
          `前 ${receipt.size} 条与回执上的校验点相符；此后的记录它证明不了。`,
          `The first ${receipt.size} entries fit the receipt's checkpoint; it proves nothing of later ones.`,
        );
      }
    }
    if (this.key && report.check("key", () => keys.heldOutside(this.key.vkey, report)) && this.checkpoints.newest) {
      this.anchor(
        "key",
        "书面密钥是这份留痕的密钥；它不能证明持有密钥的人没有重写。",
        "The key given is a key of this log; it does not show that its holder rewrote nothing.",
      );
    }
    if (this.witness) report.check("cosignature", () => this.cosigned(this.witness));
  }

  cosigned(key) {
    const size = this.checkpoints.cosigned(key);
    this.anchor(
      "cosignature",
      `${key.name} 的副署有效，覆盖前 ${size} 条；此后的记录不在其内。`,
      `The cosignature of ${key.name} is good and covers the first ${size} entries, and none after them.`,
    );
  }

  anchor(what, zh, en) {
    this.report.anchors += 1;
    this.report.ok(what, zh, en);
  }

  rounds() {
    const { scope, rounds: listed } = this.manifest;
    const ascendingly = (numbers) => canonical([...new Set(numbers)].sort((one, other) => one - other));
    const begun = this.log
      .of("round.stage")
      .filter((record) => record.data.stage === "scoring" && ["", record.obj.id].includes(scope))
      .map((record) => Number(record.round));
    const folders = this.archive.names.filter((name) => name.startsWith("rounds/")).map((name) => Number(name.split("/")[1]));
    need(
      ascendingly(listed) === ascendingly(begun) && ascendingly(folders) === ascendingly(begun),
      "包内的批次与留痕中已开始评分的批次不符。",
      "The rounds are not those in which scoring has begun.",
    );
    listed.forEach((number) => this.round(number));
  }

  round(number) {
    const { report } = this;
    const one = new Round(this.archive, this.log, number, report);
    if (!report.check("policy", () => one.checkPolicy())) return;
    if (!one.opened) {
      report.ok("round", `批次 ${one.code}：细则相符，尚未启封。`, `Round ${one.code}: policy fits; not yet opened.`);
      return;
    }
    if (report.check("openings", () => one.checkOpenings()) && report.check("results", () => one.checkResults())) {
      const results = this.log.of("ranking.compute", number).length;
      report.ok(
        "round",
        `批次 ${one.code}：${one.sheets.size} 份封存的评分表与启封内容一致，${results} 次结果由原始评分重新算出，分数、名次、入选全部相同。`,
        `Round ${one.code}: ${one.sheets.size} sealed sheets are the opened ones; scores, ranks and selection of ` +
          `${results} results came out the same from the sheets alone.`,
      );
    }
  }
}

// A key as it was typed, or nothing; its own hash shows a slip of the pen.
function typed(vkey) {
  try {
    return vkey.trim() ? new Key(vkey.trim()) : null;
  } catch {
    throw new Unreadable(`no verifier key, look for a slip in copying: ${vkey.slice(0, 60)}`);
  }
}

// Check a bundle: what was found as plain data, or the reason why nothing can be said.
function verify(bytes, given, progress) {
  try {
    const verification = new Verification(bytes, given, progress);
    const report = verification.run();
    const { size, roots } = verification.log;
    return {
      readable: true,
      anchors: report.anchors,
      findings: report.findings,
      lists: report.lists,
      verdict: report.verdict(),
      size,
      root: roots.get(size) || "",
      sha256: hex(sha256(bytes)),
    };
  } catch (error) {
    return { readable: false, why: error.message };
  }
}

// In a worker the page sends what is to be checked; elsewhere the page calls `verify` itself.
if (typeof document === "undefined") {
  onmessage = ({ data: { bytes, given } }) => {
    const progress = (share) => postMessage({ progress: share });
    postMessage({ done: verify(bytes, given, progress) });
  };
}
