// Exact rational numbers.

function gcd(a, b) {
  while (b) [a, b] = [b, a % b];
  return a < 0n ? -a : a;
}

class Q {
  constructor(numerator, denominator = 1n) {
    const common = gcd(numerator, denominator) * (denominator < 0n ? -1n : 1n);
    if (!common) throw new Error("division by zero");
    this.n = numerator / common;
    this.d = denominator / common;
  }

  static of(whole) {
    return new Q(BigInt(whole));
  }

  static sum(values) {
    return values.reduce((total, value) => total.plus(value), ZERO_Q);
  }

  static mean(values) {
    return Q.sum(values).over(Q.of(values.length));
  }

  plus(other) {
    return new Q(this.n * other.d + other.n * this.d, this.d * other.d);
  }

  minus(other) {
    return new Q(this.n * other.d - other.n * this.d, this.d * other.d);
  }

  times(other) {
    return new Q(this.n * other.n, this.d * other.d);
  }

  over(other) {
    return new Q(this.n * other.d, this.d * other.n);
  }

  abs() {
    return this.n < 0n ? new Q(-this.n, this.d) : this;
  }

  compare(other) {
    const difference = this.n * other.d - other.n * this.d;
    return difference < 0n ? -1 : Number(difference > 0n);
  }

  floor() {
    const whole = this.n / this.d;
    return this.n < 0n && this.n % this.d ? whole - 1n : whole;
  }

  ceil() {
    return -new Q(-this.n, this.d).floor();
  }

  // Rounded to a whole, halves away from zero.
  halfUp() {
    const whole = this.abs().plus(HALF).floor();
    return this.n < 0n ? -whole : whole;
  }

  // Rounded to so many decimals, halves to even.
  even(places) {
    const scale = Q.of(10n ** BigInt(places));
    const scaled = this.times(scale);
    const low = scaled.floor();
    const beside = scaled.minus(Q.of(low)).compare(HALF);
    return Q.of(beside < 0 || (beside === 0 && low % 2n === 0n) ? low : low + 1n).over(scale);
  }
}

const ZERO_Q = new Q(0n);
const HALF = new Q(1n, 2n);

// The whole part of the square root.
function isqrt(number) {
  if (number < 2n) return number;
  let guess = 1n << BigInt((number.toString(2).length >> 1) + 1);
  for (;;) {
    const better = (guess + number / guess) >> 1n;
    if (better >= guess) return guess;
    guess = better;
  }
}
