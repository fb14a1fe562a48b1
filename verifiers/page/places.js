// Places: quorum, limits, falls, the cut and its ties.

const NAMED_VOTE = "panel_named_vote";
const GONE = ["withdrawn", "vetoed", "refused"];

// Who is surely in, and who is level at the line with too few seats left; fewer seats than figures.
function split(figures, seats) {
  const line = [...figures.values()].sort((one, other) => other - one)[seats - 1];
  const above = [...figures].filter(([, figure]) => figure > line).map(([name]) => name);
  const level = [...figures].filter(([, figure]) => figure === line).map(([name]) => name);
  return above.length + level.length === seats ? [[...above, ...level], []] : [above, level];
}

const ranks = (figures) =>
  new Map([...figures].map(([name, own]) => [name, 1 + [...figures.values()].filter((other) => other > own).length]));

// The places of one track; `falls` are the projects that go with their studio, by reason.
class Race {
  constructor(figures, entries, falls, votes) {
    this.figures = figures;
    this.falls = falls;
    this.votes = new Map(votes.map((vote) => [[...vote.tie].sort().join(" "), vote]));
    const { method, quorum, trimmed_min_sheets: least } = figures.rules;
    this.quorum = method === "trimmed" ? Math.max(quorum, least) : quorum;
    this.official = new Map();
    for (const entry of entries) {
      const score = figures.official.get(entry.number);
      const enough = entry.standing === "accepted" && this.sheets(entry) >= this.quorum;
      if (enough && score !== null && score !== undefined) this.official.set(entry.number, score);
    }
    this.merits = new Map([...this.official.keys()].map((name) => [name, this.merit(name)]));
    this.reached = new Map([...this.official].filter(([name]) => !this.merits.get(name) && !falls.has(name)));
    this.tied = [];
    this.seated = this.seat();
    this.reasons = new Map(entries.map((entry) => [entry.number, this.reason(entry)]));
  }

  sheets(entry) {
    return this.figures.counts.get(entry.number) || 0;
  }

  merit(name) {
    const { own } = this.figures;
    if (own.pass_mark && this.official.get(name) < this.figures.limit(Q.of(own.pass_mark))) return "below_pass_mark";
    for (const [criterion, percent] of Object.entries(own.floors)) {
      const { points } = own.criteria.find((one) => one.id === criterion);
      const floor = this.figures.limit(new Q(BigInt(points) * BigInt(percent), 100n));
      const value = this.figures.criteria.get(criterion).get(name);
      if (value !== null && value < floor) return "below_floor";
    }
    return "";
  }

  seat() {
    const { cap, ladder } = this.figures.own;
    if (this.reached.size <= cap) return [...this.reached.keys()];
    if (cap === 0) return [];
    let [seated, level] = split(this.reached, cap);
    this.tied = level;
    const scored = [...this.figures.official].filter(([, score]) => score !== null).map(([name]) => name);
    for (const rung of ladder) {
      const values = this.figures.criteria.get(rung);
      if (level.length && rung !== NAMED_VOTE && scored.every((name) => values.get(name) !== null)) {
        const [more, rest] = split(new Map(level.map((name) => [name, values.get(name)])), cap - seated.length);
        seated = [...seated, ...more];
        level = rest;
      }
    }
    return level.length ? [...seated, ...this.voted(level, cap - seated.length)] : seated;
  }

  voted(level, seats) {
    const vote = this.votes.get([...level].sort().join(" "));
    if (!vote) return [];
    const cast = (name) => vote.ballots.filter((ballot) => ballot.application === name).length;
    const [seated, equal] = split(new Map(level.map((name) => [name, cast(name)])), seats);
    const order = vote.chair_order.filter((name) => vote.chair && equal.includes(name));
    return [...seated, ...order.slice(0, seats - seated.length)];
  }

  reason(entry) {
    const { number: name, standing } = entry;
    const fall = this.falls.get(name) || "";
    if (standing === "withdrawn" || standing === "vetoed") return standing;
    if (fall === "linked_studio_refused") return fall;
    if (standing === "refused") return standing;
    return this.unscored(entry) || fall || this.merits.get(name) || this.cut(name);
  }

  unscored(entry) {
    if (this.sheets(entry) < this.quorum) return "too_few_sheets";
    if (!this.figures.connected) return "not_connected";
    return this.official.has(entry.number) ? "" : "no_spread";
  }

  cut(name) {
    if (this.seated.includes(name)) return "selected";
    return this.tied.includes(name) ? "tie_lost" : "below_cap";
  }

  places(track) {
    const [rank, position] = [ranks(this.official), ranks(this.reached)];
    const known = (map, name) => (map.has(name) ? map.get(name) : null);
    return [...this.reasons].map(([name, reason]) => ({
      application: name,
      official: known(this.official, name),
      position: known(position, name),
      rank: known(rank, name),
      reason,
      selected: reason === "selected",
      track,
    }));
  }
}

// Places and figures from the inputs alone; for `given` see `Track`.
function computed(rules, inputs, given) {
  const entries = (track) => inputs.entries.filter((entry) => entry.track === track);
  const [studio, project] = ["studio", "project"].map((track) => new Track(rules, track, inputs, given));
  const studios = new Race(studio, entries("studio"), new Map(), inputs.votes);
  const falls = fallen(entries("project"), studios, inputs.existing_studios);
  const projects = new Race(project, entries("project"), falls, inputs.votes);
  const figures = {};
  for (const track of [studio, project]) for (const name of track.counts.keys()) figures[name] = track.figures(name);
  return { places: [...studios.places("studio"), ...projects.places("project")], figures };
}

function fallen(projects, studios, existing) {
  const falls = new Map();
  for (const { number, linked_studio: studio } of projects) {
    if (!existing.includes(studio) && studios.reasons.has(studio) && !studios.seated.includes(studio)) {
      const gone = GONE.includes(studios.reasons.get(studio));
      falls.set(number, gone ? "linked_studio_refused" : "studio_not_selected");
    }
  }
  return falls;
}
