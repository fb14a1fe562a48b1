// Rounds: policy, openings and results against the log.

const STAGES = ["scoring", "closed", "opened", "final", "archived"];

// One folder of the bundle, held against the log.
class Round {
  constructor(archive, log, number, report) {
    Object.assign(this, { archive, log, number, report });
    this.folder = `rounds/${number}`;
    this.about = archive.json(`${this.folder}/round.json`);
    this.code = this.about.code;
    if (!STAGES.includes(this.about.stage)) throw new Error(`an unknown stage: ${this.about.stage}`);
    this.opened = STAGES.indexOf(this.about.stage) >= STAGES.indexOf("opened");
    this.sheets = new Map();
  }

  // The stage and the policy are those of the log, and rules.json says what the policy text says.
  checkPolicy() {
    const stages = this.log.of("round.stage", this.number);
    const created = this.log.of("round.create", this.number).map((record) => record.data.code);
    const scoring = stages.filter((record) => record.data.stage === "scoring").map((record) => record.data.policy);
    const last = stages[stages.length - 1];
    need(
      canonical(created) === canonical([this.code]) && last && last.data.stage === this.about.stage,
      `批次 ${this.code} 的编号或环节与留痕不符。`,
      `Code or stage of round ${this.code} is not that of the log.`,
    );
    const text = this.archive.read(`policies/${this.about.policy}.toml`);
    const frozen = scoring[scoring.length - 1];
    need(
      frozen && frozen === this.about.policy && frozen === digest("policy", text),
      `批次 ${this.code} 的评审细则不是开始评分时固定的那一份。`,
      `The policy of round ${this.code} is not the one frozen when scoring began.`,
    );
    this.rules = this.archive.json(`${this.folder}/rules.json`);
    need(
      canonical(this.rules) === canonical(rulesOf(decoder.decode(text))),
      `批次 ${this.code} 的 rules.json 与评审细则原文不符。`,
      `rules.json of round ${this.code} does not say what the policy text says.`,
    );
  }

  // Every sheet ever sealed is opened, and each opening fits its commitment.
  checkOpenings() {
    const sealed = new Map(
      this.log.of("sheet.submit", this.number).map((record) => [`${record.obj.id}/${record.obj.rev}`, record]),
    );
    const lines = this.archive.lines(`${this.folder}/openings.jsonl`);
    lines.forEach((line) => this.open(line, sealed));
    const missing = [...sealed].find(([key]) => !this.sheets.has(key));
    need(
      !missing,
      `第 ${missing && missing[1].n} 号记录封存的评分表没有启封内容。`,
      `The sheet sealed by entry ${missing && missing[1].n} is not opened.`,
      missing && missing[1].n,
    );
    const opened = this.log.of("seal.open", this.number);
    const bytes = utf8(lines.join("\n"));
    need(
      opened.length === 1 && opened[0].data.openings === digest("openings", bytes) && opened[0].data.sheets === lines.length,
      `批次 ${this.code} 的启封内容与启封时登记的摘要不符。`,
      `The openings of round ${this.code} are not those logged when the seals were opened.`,
    );
  }

  open(line, sealed) {
    const sheet = parsed(line, `${this.folder}/openings.jsonl`);
    const key = `${sheet.expert}/${sheet.app}/${sheet.rev}`;
    const tail = `,"salt":"${sheet.salt}"}`;
    const record = sealed.get(key);
    need(
      record && !this.sheets.has(key) && sheet.round === this.code && line.endsWith(tail),
      `${sheet.expert}/${sheet.app} 的启封内容没有对应的封存记录。`,
      `Nothing was sealed for this opening of ${sheet.expert}/${sheet.app}.`,
    );
    const text = `${line.slice(0, -tail.length)}}`;
    need(
      digest("score", joined(unhex(sheet.salt), utf8(text))) === record.data.c,
      `${sheet.expert}/${sheet.app} 第 ${sheet.rev} 稿的分数或评语与封存时（第 ${record.n} 号）不符。`,
      `The scores or comments of ${sheet.expert}/${sheet.app}, revision ${sheet.rev}, are not those sealed by entry ` +
        `${record.n}.`,
      record.n,
    );
    this.sheets.set(key, sheet);
  }

  // Every result follows from what was sealed, decided and voted, by the policy.
  checkResults() {
    const computations = this.log.of("ranking.compute", this.number);
    const named = computations.map((record) => record.obj.id).sort();
    const results = this.archive.names.filter((name) => name.startsWith(`${this.folder}/results/`));
    const present = [...new Set(results.map((name) => name.split("/")[3]))].sort();
    need(
      canonical(named) === canonical(present),
      `批次 ${this.code} 的评审结果与留痕中计算过的次数不符。`,
      `Round ${this.code} has other results than the log tells of.`,
    );
    computations.forEach((record) => this.result(record));
    const finals = this.log.of("ranking.finalize", this.number);
    for (const record of finals) {
      const result = this.archive.read(`${this.folder}/results/${record.obj.id}/result.json`);
      need(
        digest("record", result) === record.data.result && record.obj.id === computations[computations.length - 1].obj.id,
        `第 ${record.n} 号记录确认的不是最后一次计算的结果。`,
        `What entry ${record.n} confirmed is not the newest result.`,
        record.n,
      );
    }
    const { code, rules: { places: decimals }, newest: places = [] } = this;
    this.report.lists.push({ code, final: finals.length > 0, decimals, places });
  }

  result(record) {
    const { n: entry, data, obj: { id: number } } = record;
    const found = { policy: this.about.policy, method: this.rules.method };
    const read = (name) => {
      const bytes = this.archive.read(`${this.folder}/results/${number}/${name}.json`);
      found[name] = digest("record", bytes);
      return parsed(decoder.decode(bytes), `${name}.json`);
    };
    const [inputs, result] = [read("inputs"), read("result")];
    for (const name of Object.keys(found)) {
      need(
        data[name] === found[name],
        `结果 ${number} 的 ${name} 与第 ${entry} 号记录的摘要不符。`,
        `${name} of result ${number} is not the one that entry ${entry} names.`,
        entry,
      );
    }
    this.sheetsAreSealed(inputs, entry);
    this.standingsAreDecided(inputs, entry);
    this.votesAreRecorded(inputs, entry);
    const own = computed(this.rules, inputs, result);
    this.same(number, own, result);
    this.newest = own.places;
  }

  same(number, { places, figures }, result) {
    const said = (list) => new Map(list.map(({ facts, ...one }) => [one.application, canonical(one)]));
    const [own, stored] = [said(places), said(result.places)];
    const other = [...new Set([...own.keys(), ...stored.keys()])].sort().find((name) => own.get(name) !== stored.get(name));
    need(
      other === undefined && stored.size === result.places.length,
      `结果 ${number} 中 ${other} 的名次或结论与重新计算的不同。`,
      `The place of ${other} in result ${number} is not what the computation gives.`,
    );
    need(
      canonical(figures) === canonical(result.figures) && result.method === this.rules.method,
      `结果 ${number} 的分数与重新计算的不同。`,
      `The figures of result ${number} are not what the computation gives.`,
    );
  }

  sheetsAreSealed(inputs, before) {
    const standing = new Map();
    const acts = ["sheet.submit", "sheet.return", "sheet.void"].flatMap((act) => this.log.of(act, this.number, before));
    for (const { act, obj } of acts.sort((one, other) => one.n - other.n)) {
      standing.set(obj.id, act === "sheet.submit" ? `${obj.id}/${obj.rev}` : null);
    }
    const wanted = new Map();
    for (const [who, key] of standing) {
      if (key) {
        const { items } = this.sheets.get(key);
        wanted.set(who, canonical(Object.fromEntries(Object.keys(items).map((unit) => [unit, items[unit].points]))));
      }
    }
    const given = new Map(inputs.sheets.map((sheet) => [`${sheet.expert}/${sheet.application}`, canonical(sheet.items)]));
    const wrong = [...new Set([...given.keys(), ...wanted.keys()])].sort().find((who) => given.get(who) !== wanted.get(who));
    need(
      wrong === undefined && given.size === inputs.sheets.length,
      `计入结果的评分表与封存的不符，第一处为 ${wrong}。`,
      `The sheets counted are not the sealed ones, first ${wrong}.`,
      before,
    );
  }

  standingsAreDecided(inputs, before) {
    const standings = new Map();
    for (const { obj, data } of this.log.of("application.decide", this.number, before)) {
      standings.set(obj.id, ["accepted", "vetoed"].includes(data.verdict) ? data.verdict : "refused");
    }
    for (const { obj } of this.log.of("application.withdraw", this.number, before)) standings.set(obj.id, "withdrawn");
    for (const { number, standing } of inputs.entries) {
      need(
        standing === (standings.get(number) || "refused"),
        `${number} 的审查结论与留痕不符。`,
        `The standing of ${number} is not the decided one.`,
        before,
      );
    }
  }

  votesAreRecorded(inputs, before) {
    const byTie = (act) => new Map(this.log.of(act, this.number, before).map((record) => [record.obj.id, record]));
    const [recorded, nobody] = [byTie("vote.record"), byTie("vote.none")];
    const ties = inputs.votes.map((vote) => [...vote.tie].sort().join(" "));
    need(
      canonical([...ties].sort()) === canonical([...new Set([...recorded.keys(), ...nobody.keys()])].sort()),
      "计入结果的记名投票与留痕不符。",
      "Other votes were counted than the log tells of.",
      before,
    );
    inputs.votes.forEach((vote, index) => {
      const tie = ties[index];
      if (recorded.has(tie)) this.ballotsAreThose(tie, vote, recorded.get(tie).data, before);
      else need(!vote.ballots.length, `${tie} 登记为无人可投票，却有选票。`, `Ballots on ${tie}, where nobody may vote.`, before);
    });
  }

  // The ballots logged; those of experts recused or absent afterwards are not in the inputs.
  ballotsAreThose(tie, vote, data, before) {
    if (vote.ballots.length < data.ballots || (vote.chair_order.length && !vote.chair)) {
      this.report.caution(
        "results",
        `${tie} 的记名投票登记 ${data.ballots} 票，计入 ${vote.ballots.length} 票：其余投票人事后回避或缺席，请对照留痕核实。`,
        `Of ${data.ballots} ballots on ${tie}, ${vote.ballots.length} count: the other voters must have been recused ` +
          "or absent afterwards; look it up in the log.",
      );
      return;
    }
    const cast = vote.ballots.map((ballot) => [ballot.expert, ballot.application, ballot.reason, false]);
    if (vote.chair_order.length) cast.push([vote.chair, vote.chair_order.join(" "), vote.chair_reason, true]);
    need(
      digest("record", utf8(canonical(cast))) === data.digest,
      `${tie} 的记名投票与留痕不符。`,
      `The vote on ${tie} is not the recorded one.`,
      before,
    );
  }
}
