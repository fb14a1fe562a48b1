// Official scores, by every method that a policy can name, in exact rationals.
// Values are a Map of applications, each a Map of experts to a number.

const lists = (values) => [...values].map(([name, row]) => [name, [...row.values()]]);
const ascending = (values) => [...values].sort((one, other) => one.compare(other));

const means = (values) => new Map(lists(values).map(([name, row]) => [name, Q.mean(row)]));

function trimmed(values, least) {
  return new Map(
    lists(values).map(([name, row]) => [name, row.length >= least ? Q.mean(ascending(row).slice(1, -1)) : null]),
  );
}

// Least squares of q_i + s_j: the normal equations in whole numbers, solved exactly.
function adjusted(values) {
  const experts = [...new Set([...values.values()].flatMap((row) => [...row.keys()]))].sort();
  const place = new Map(experts.map((expert, index) => [expert, index]));
  let scale = 1n;
  for (const row of values.values()) scale = (scale * BigInt(row.size)) / gcd(scale, BigInt(row.size));
  const matrix = experts.map(() => Array(experts.length + 1).fill(0n));
  for (const row of values.values()) {
    const share = scale / BigInt(row.size);
    const middle = Q.mean([...row.values()]);
    for (const [expert, value] of row) {
      const line = matrix[place.get(expert)];
      line[place.get(expert)] += scale;
      line[experts.length] += value.minus(middle).times(Q.of(scale)).floor();
      for (const other of row.keys()) line[place.get(other)] -= share;
    }
  }
  matrix[experts.length - 1] = [...Array(experts.length).fill(1n), 0n];
  const effects = solved(matrix);
  return new Map(
    [...values].map(([name, row]) => [
      name,
      Q.mean([...row].map(([expert, value]) => value.minus(effects[place.get(expert)]))),
    ]),
  );
}

// The solution of whole-number equations (Bareiss's elimination; the last column is the right side).
function solved(matrix) {
  const size = matrix.length;
  let before = 1n;
  for (let k = 0; k < size; k += 1) {
    const pivot = matrix.findIndex((row, index) => index >= k && row[k]);
    [matrix[k], matrix[pivot]] = [matrix[pivot], matrix[k]];
    const top = matrix[k];
    for (let i = k + 1; i < size; i += 1) {
      const line = matrix[i];
      const own = line[k];
      for (let j = k + 1; j <= size; j += 1) line[j] = (line[j] * top[k] - own * top[j]) / before;
      line[k] = 0n;
    }
    before = top[k];
  }
  const found = Array(size).fill(ZERO_Q);
  for (let i = size - 1; i >= 0; i -= 1) {
    let rest = Q.of(matrix[i][size]);
    for (let j = i + 1; j < size; j += 1) rest = rest.minus(Q.of(matrix[i][j]).times(found[j]));
    found[i] = rest.over(Q.of(matrix[i][i]));
  }
  return found;
}

const ROOT = 10n ** 40n;
const T_MEAN = Q.of(50);
const T_SPREAD = Q.of(10);
const MAD_SCALE = new Q(14826n, 10000n);
const HUNDRED = Q.of(100);
const mapped = (column, score) => new Map([...column].map(([name, value]) => [name, score(value)]));

function standard(column) {
  const values = [...column.values()];
  if (values.every((value) => !value.compare(values[0]))) return null;
  const middle = Q.mean(values);
  const squares = values.map((value) => value.minus(middle).times(value.minus(middle)));
  const variance = Q.sum(squares).over(Q.of(values.length - 1));
  return mapped(column, (value) => {
    const off = value.minus(middle);
    const square = off.times(off).over(variance);
    const size = new Q(isqrt((square.n * ROOT * ROOT) / square.d), ROOT);
    const change = T_SPREAD.times(size);
    return off.n < 0n ? T_MEAN.minus(change) : T_MEAN.plus(change);
  });
}

function median(values) {
  const ordered = ascending(values);
  const half = ordered.length >> 1;
  return ordered.length % 2 ? ordered[half] : ordered[half - 1].plus(ordered[half]).times(HALF);
}

function robust(column) {
  const middle = median(column.values());
  const spread = median([...column.values()].map((value) => value.minus(middle).abs())).times(MAD_SCALE);
  if (!spread.n) return null;
  return mapped(column, (value) => T_MEAN.plus(T_SPREAD.times(value.minus(middle)).over(spread)));
}

function minmax(column) {
  const ordered = ascending(column.values());
  const [low, high] = [ordered[0], ordered[ordered.length - 1]];
  if (!low.compare(high)) return null;
  return mapped(column, (value) => HUNDRED.times(value.minus(low)).over(high.minus(low)));
}

function ranked(column) {
  const values = [...column.values()];
  return mapped(column, (value) => {
    const better = values.filter((other) => other.compare(value) > 0).length;
    const level = values.filter((other) => !other.compare(value)).length;
    const rank = Q.of(better).plus(new Q(BigInt(level + 1), 2n));
    return HUNDRED.times(Q.of(values.length).minus(rank).plus(HALF)).over(Q.of(values.length));
  });
}

// The mean over experts, each put on one scale first; kept to so many decimals, halves to even.
function relative(rescale, kept = 0) {
  return (values) => {
    const columns = new Map();
    for (const [name, row] of values) {
      for (const [expert, value] of row) {
        if (!columns.has(expert)) columns.set(expert, new Map());
        columns.get(expert).set(name, value);
      }
    }
    const scaled = new Map([...columns].map(([expert, column]) => [expert, rescale(column)]));
    return new Map(
      [...values].map(([name, row]) => {
        const own = [...row.keys()].map((expert) => scaled.get(expert)).filter(Boolean).map((column) => column.get(name));
        const score = own.length ? Q.mean(own) : null;
        return [name, score && kept ? score.even(kept) : score];
      }),
    );
  };
}

// Each with what its unit is worth: values are hundredths of a point, an index has no hundredths.
const METHODS = {
  adjusted: [adjusted, 100],
  mean: [means, 100],
  trimmed: [trimmed, 100],
  standard: [relative(standard, 9), 1],
  robust: [relative(robust), 1],
  minmax: [relative(minmax), 1],
  rank: [relative(ranked), 1],
};

// Whether shared experts join all applications.
function connected(values) {
  const names = [...values.keys()];
  const seen = new Set();
  const experts = new Set();
  const waiting = names.slice(0, 1);
  while (waiting.length) {
    const name = waiting.pop();
    if (!seen.has(name)) {
      seen.add(name);
      const fresh = [...values.get(name).keys()].filter((expert) => !experts.has(expert));
      fresh.forEach((expert) => experts.add(expert));
      waiting.push(...names.filter((other) => fresh.some((expert) => values.get(other).has(expert))));
    }
  }
  return seen.size === names.length;
}

// The figures of one track: official scores, criteria, raw means, counts, all scaled and rounded.
// `given` are the stored figures: they decide only where floats were used and the exact value is a half.
class Track {
  constructor(rules, track, inputs, given) {
    this.rules = rules;
    this.own = rules.tracks[track];
    this.scale = Q.of(10n ** BigInt(rules.places));
    const admitted = inputs.entries.filter((one) => one.track === track && one.standing === "accepted");
    const own = new Set(admitted.map((entry) => entry.number));
    this.sheets = inputs.sheets.filter((sheet) => own.has(sheet.application));
    this.sheets.forEach((sheet) => this.within(sheet));
    const totals = this.values(this.own.criteria.flatMap((one) => one.units));
    this.connected = connected(totals);
    this.counts = new Map([...totals].map(([name, row]) => [name, row.size]));
    this.raw = new Map(lists(totals).map(([name, row]) => [name, this.plain(Q.mean(row).over(HUNDRED))]));
    const experts = new Set(this.sheets.map((sheet) => sheet.expert)).size;
    this.floats = rules.method === "adjusted" && experts > 30 && this.sheets.length < experts * totals.size;
    const official = new Map(given.places.map((place) => [place.application, place.official]));
    this.official = this.scores(totals, (name) => official.get(name));
    this.criteria = new Map(
      this.own.criteria.map((one) => [
        one.id,
        this.scores(this.values(one.units), (name) => given.figures[name] && given.figures[name].criteria[one.id]),
      ]),
    );
  }

  plain(points) {
    return Number(points.times(this.scale).halfUp());
  }

  // Every unit of the track has points, nothing else has, and no criterion has more than its own.
  within({ expert, application, items }) {
    const given = (unit) => (unit in items ? items[unit] : -1);
    const known = this.own.criteria.flatMap((one) => one.units);
    const fits = this.own.criteria.every((one) => {
      const points = one.units.map(given);
      return points.every((value) => value >= 0) && points.reduce((sum, value) => sum + value, 0) <= one.points;
    });
    need(
      fits && canonical([...known].sort()) === canonical(Object.keys(items).sort()),
      `${expert}/${application} 的分数超出评分项的范围。`,
      `The points of ${expert}/${application} are not within those of the criteria.`,
    );
  }

  values(units) {
    const values = new Map();
    for (const { application, expert, items } of this.sheets) {
      if (!values.has(application)) values.set(application, new Map());
      if (values.get(application).has(expert)) throw new Error("two sheets of one expert on one application");
      values.get(application).set(expert, Q.sum(units.map((unit) => Q.of(items[unit]))));
    }
    return values;
  }

  scores(values, given) {
    if (!this.connected) return new Map([...values.keys()].map((name) => [name, null]));
    const [method, unit] = METHODS[this.rules.method];
    const found = method(values, this.rules.trimmed_min_sheets);
    return new Map(
      [...found].map(([name, score]) => [name, score && this.rounded(score.over(Q.of(unit)), given(name))]),
    );
  }

  rounded(score, given) {
    const exact = score.times(this.scale);
    const beside = exact.minus(Q.of(exact.floor())).minus(HALF).abs();
    const near = beside.compare(this.scale.over(Q.of(10n ** 9n))) <= 0;
    if (this.floats && near && [Number(exact.floor()), Number(exact.ceil())].includes(given)) return given;
    return this.plain(score);
  }

  // As `figures` of result.json has them.
  figures(name) {
    const known = [...this.criteria].filter(([, scores]) => scores.get(name) !== null);
    return {
      criteria: Object.fromEntries(known.map(([one, scores]) => [one, scores.get(name)])),
      raw_mean: this.raw.get(name),
      sheets: this.counts.get(name),
    };
  }

  // A limit in hundredths of a point, scaled and rounded up.
  limit(hundredths) {
    return Number(hundredths.over(HUNDRED).times(this.scale).ceil());
  }
}
