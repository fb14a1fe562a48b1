// What is reported, in Chinese and English.

"use strict";

const OK = "ok";
const CAUTION = "caution";
const BAD = "bad";

// This is no bundle that can be checked: nothing is said about the log.
class Unreadable extends Error {}

// A check failed: the words in Chinese and English, and the entry where one is known.
class Wrong extends Error {
  constructor(zh, en, entry = null) {
    super(en);
    Object.assign(this, { zh, en, entry });
  }
}

const need = (condition, zh, en, entry = null) => {
  if (!condition) throw new Wrong(zh, en, entry);
};

class Report {
  constructor() {
    this.findings = [];
    this.anchors = 0; // how many proofs from outside the bundle held
    this.lists = []; // the newest result of each round, as it was computed here
  }

  add(what, state, zh, en, entry = null) {
    this.findings.push({ what, state, zh, en, entry });
  }

  ok(what, zh, en) {
    this.add(what, OK, zh, en);
  }

  caution(what, zh, en) {
    this.add(what, CAUTION, zh, en);
  }

  // Do a check; what it finds wrong, or cannot read, is damage. Whether it came through.
  check(what, work) {
    const before = this.damages().length;
    try {
      work();
    } catch (error) {
      if (error instanceof Unreadable) throw error;
      if (error instanceof Wrong) this.add(what, BAD, error.zh, error.en, error.entry);
      else {
        const shown = String(error.message).slice(0, 160);
        this.add(what, BAD, `内容不合格式，无法核对（${shown}）。`, `Not in the form described: ${shown}.`);
      }
    }
    return this.damages().length === before;
  }

  damages() {
    return this.findings.filter((finding) => finding.state === BAD);
  }

  verdict() {
    const [first] = this.damages();
    if (first) {
      return {
        state: BAD,
        zh: "发现改动或损坏。",
        en: "Damage found.",
        why: { zh: `第一处：${first.zh}`, en: `The first: ${first.en}` },
      };
    }
    if (this.anchors) {
      const left = this.findings.filter((finding) => finding.state === CAUTION).length;
      return {
        state: OK,
        zh: "未发现改动，并与包外的证据相符。",
        en: "No change found, and it fits the evidence from outside.",
        why: left
          ? { zh: `另有 ${left} 处请留意，见下。`, en: `Points to mind: ${left}, see below.` }
          : { zh: "", en: "" },
      };
    }
    return {
      state: CAUTION,
      zh: "各部分相互一致；没有与包外的证据比对。",
      en: "The parts fit together; nothing from outside was compared.",
      why: {
        zh: "没有另存的校验点、书面密钥或者见证副署，不能排除全部重写。请在上面填入后重新核验。",
        en:
          "Without a checkpoint kept, a key on paper, or a witness's cosignature, a rewriting of the whole " +
          "cannot be ruled out. Enter one above and check again.",
      },
    };
  }
}
