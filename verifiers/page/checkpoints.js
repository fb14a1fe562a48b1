// Keys and checkpoints, those of the bundle and those kept outside.

// The keys of the log and of its witnesses, as the log itself enters them.
class Keys {
  constructor(log) {
    const entered = (record) => ({ entry: record.n, key: new Key(record.data.key), data: record.data });
    this.entered = log.of("log.key").map(entered);
    this.witnesses = log.of("log.witness").map(entered);
  }

  // The key that signs a checkpoint of this size.
  inForce(size) {
    const before = this.entered.filter(({ entry }) => entry < size);
    return before.length ? before[before.length - 1].key : null;
  }

  check(listed, report) {
    for (const [name, own] of [["log", this.entered], ["witnesses", this.witnesses]]) {
      need(
        canonical(listed[name]) === canonical(own.map(({ entry, key }) => ({ entry, vkey: key.vkey }))),
        "keys.json 与留痕记录中的密钥不符。",
        "keys.json does not agree with the keys in the log.",
      );
    }
    this.entered.forEach((one, index) => this.endorsed(one, index ? this.entered[index - 1].key : null, report));
  }

  endorsed({ entry, key, data }, old, report) {
    if (data.how === "lost") {
      report.caution(
        "key",
        `第 ${entry} 号记录因密钥遗失换用新密钥，没有旧密钥背书：请与书面通知核对。`,
        `Entry ${entry} put a new key in the place of a lost one, endorsed by nobody: compare it with paper.`,
      );
    } else if (data.how === "rotated") {
      const said = utf8(`pingshen/key/v1\0${key.vkey}`);
      need(
        old && data.by === old.vkey && old.public.verifies(unbase64(data.sig), said),
        `第 ${entry} 号记录更换的密钥没有旧密钥的有效背书。`,
        `The key of entry ${entry} is not endorsed by the one before it.`,
        entry,
      );
    } else {
      need(
        !old && data.how === "first",
        `第 ${entry} 号记录不明来历地换了密钥。`,
        `Entry ${entry} enters a key without a word why.`,
        entry,
      );
    }
  }

  // Hold the key on paper against the log: it is one of its keys, and the later ones follow from it.
  heldOutside(vkey, report) {
    const own = this.entered.find(({ key }) => key.vkey === vkey);
    need(own, "书面密钥不是这份留痕的密钥。", "The key given is not a key of this log.");
    const lost = this.entered.find(({ entry, data }) => entry > own.entry && data.how === "lost");
    if (lost) {
      report.caution(
        "key",
        `书面密钥之后，第 ${lost.entry} 号记录换用了无背书的新密钥；此后的签名不能由书面密钥证明。`,
        `After the key given, entry ${lost.entry} enters one that nothing endorses; what is signed since then is ` +
          "not proven by the key given.",
      );
    }
  }
}

// The notes of the bundle, held against the log.
class Checkpoints {
  constructor(lines) {
    this.notes = [];
    lines.forEach((line, index) => {
      const held = parsed(line, `checkpoints.jsonl:${index + 1}`);
      const note = new Note(held.note);
      need(
        held.size === note.size && (!this.newest || this.newest.size < note.size),
        `checkpoints.jsonl 第 ${index + 1} 行的条数或次序不对。`,
        `Line ${index + 1} of checkpoints.jsonl has a wrong size or place.`,
      );
      this.notes.push(note);
    });
  }

  get newest() {
    return this.notes[this.notes.length - 1];
  }

  // Every root is that of the log at that size; the words say between which entries it does not.
  fit(log) {
    let good = 0;
    for (const note of this.notes) {
      need(
        note.size <= log.size,
        `校验点签有 ${note.size} 条记录，留痕只有 ${log.size} 条：末尾的记录被删去。`,
        `A checkpoint signs ${note.size} entries and the log has ${log.size}: the end was cut off.`,
        log.size,
      );
      need(
        log.roots.get(note.size) === note.root,
        `第 ${good} 号至第 ${note.size - 1} 号记录之间有改动：与签名校验点不符。`,
        `Something from entry ${good} to entry ${note.size - 1} was changed: it does not fit the signed checkpoint.`,
        good,
      );
      good = note.size;
    }
  }

  // The key in force has signed each, on its first line; witnesses' lines are right.
  signed(keys, progress) {
    this.notes.forEach((note, index) => {
      const key = keys.inForce(note.size);
      const [first] = note.signatures;
      need(
        key && first && first.name === key.name && first.hash === key.hash && key.name === note.origin && note.signedBy(key),
        `${note.size} 条处的校验点没有当时密钥的有效签名。`,
        `The checkpoint of size ${note.size} is not signed by the key in force.`,
      );
      for (const { key: witness } of keys.witnesses) {
        need(
          note.signedBy(witness) !== false,
          `${note.size} 条处的校验点上，见证人 ${witness.name} 的副署无效。`,
          `The cosignature of ${witness.name} under the checkpoint of size ${note.size} is wrong.`,
        );
      }
      progress(index / this.notes.length);
    });
  }

  // The size of the newest one that this witness has signed.
  cosigned(key) {
    const sizes = this.notes.filter((note) => note.signedBy(key)).map((note) => note.size);
    need(
      sizes.length,
      `没有一个校验点带有 ${key.name} 的有效副署。`,
      `No checkpoint carries a good cosignature of ${key.name}.`,
    );
    return sizes[sizes.length - 1];
  }
}

// What somebody kept outside: a signed note, or a size and a root (also in a receipt).
class Kept {
  constructor(text) {
    const plain = text.replace(/\r\n/g, "\n").replace(/\n+$/, "\n");
    const said = {};
    for (const [, name, value] of plain.matchAll(/\b(entry|leaf|seal|size|root)=([0-9a-f]+)/g)) said[name] = value;
    this.note = plain.includes("\n\n") ? new Note(plain) : null;
    this.size = this.note ? this.note.size : Number(said.size || 0);
    this.root = this.note ? this.note.root : said.root || "";
    this.entry = "entry" in said ? Number(said.entry) : null;
    this.leaf = said.leaf || "";
    this.seal = said.seal || "";
    if (!this.root && !this.leaf) throw new Unreadable(`neither a checkpoint nor a receipt: ${text.slice(0, 60)}`);
  }

  check(log, keys) {
    need(
      this.size <= log.size,
      `另存的校验点有 ${this.size} 条记录，现在只有 ${log.size} 条：末尾被删去，或者恢复了旧数据。`,
      `The checkpoint kept has ${this.size} entries, the log ${log.size}: it was rolled back or cut off.`,
      log.size,
    );
    need(
      log.roots.get(this.size) === this.root,
      `前 ${this.size} 条记录已不是另存校验点当时的样子：被改写过。`,
      `The first ${this.size} entries are not those of the checkpoint kept: they were rewritten.`,
    );
    const signers = [...keys.entered, ...keys.witnesses];
    need(
      !this.note || signers.every(({ key }) => this.note.signedBy(key) !== false),
      "另存校验点上的签名无效。",
      "A signature under the checkpoint kept is wrong.",
    );
  }

  // Hold a receipt against the log: the sheet it speaks of, and whether it still counts.
  proves(log, report) {
    need(
      this.entry < log.size,
      `回执的第 ${this.entry} 号记录不在留痕中。`,
      `Entry ${this.entry} of the receipt is not in the log.`,
    );
    const sealed = log.of("sheet.submit").find((record) => record.n === this.entry);
    need(
      log.leaves.get(this.entry) === this.leaf && sealed && ["", sealed.data.c].includes(this.seal),
      `第 ${this.entry} 号记录与回执不符。`,
      `Entry ${this.entry} is not what the receipt says.`,
      this.entry,
    );
    const [ended] = [...log.of("sheet.return"), ...log.of("sheet.void")]
      .filter((one) => one.n > sealed.n && one.obj.id === sealed.obj.id && one.round === sealed.round)
      .map((record) => record.n)
      .sort((one, other) => one - other);
    if (ended !== undefined) {
      report.caution(
        "receipt",
        `回执所指的评分表确已封存（第 ${this.entry} 号），但第 ${ended} 号记录将其退回或作废，不再计入。`,
        `The sheet of the receipt was sealed (entry ${this.entry}), but entry ${ended} returned or voided it: it ` +
          "does not count.",
      );
    } else {
      report.ok(
        "receipt",
        `回执所指的评分表就是第 ${this.entry} 号记录封存的那一份，没有被退回或作废。`,
        `The sheet of the receipt is the one sealed by entry ${this.entry}; it was not returned or voided.`,
      );
    }
  }
}
