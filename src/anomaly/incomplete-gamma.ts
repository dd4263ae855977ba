/** The regularised incomplete gamma function and its inverse: the gamma distribution's share below x, and its quantile. */
import { logGamma, stirlingCorrection } from './gamma-function.js';

const EPSILON = 2 ** -53;
/** A shape from which Stirling's formula is used, which does not cancel as x^a / Γ(a) does. */
const LARGE_SHAPE = 16;
const MOST_TERMS = 100_000;
const MOST_STEPS = 200;

/**
 * P(a, x): share of a gamma distribution of shape a and scale 1 that lies below x. Series below a + 1 (DLMF 8.11.4),
 * continued fraction above (DLMF 8.9.2, by Lentz's method).
 *
 * @param a above 0
 * @param x from 0
 */
export function incompleteGamma(a: number, x: number): number {
  if (x <= 0) return 0;
  return x < a + 1 ? lowerShare(a, x) : 1 - upperShare(a, x);
}

/** Where P(a, x) = q: the quantile of a gamma distribution of shape a and scale 1. @param q above 0, below 1 */
export function inverseIncompleteGamma(a: number, q: number): number {
  // The logarithm of x is sought, since small shapes have quantiles like 1e-121. Newton's method, inside a bracket: the
  // share rises with x.
  let low = -745;
  let high = Math.log(a + 60 * Math.sqrt(a) + 800);
  let log = Math.min(high, Math.max(low, firstGuess(a, q)));
  for (let step = 0; step < MOST_STEPS; step++) {
    const x = Math.exp(log);
    const upper = x >= a + 1;
    // Of the two tails the one that does not cancel.
    const error = upper ? 1 - q - upperShare(a, x) : lowerShare(a, x) - q;
    if (error === 0) return x;
    if (error > 0) high = log;
    else low = log;
    const newton = log - error / Math.exp(logDensity(a, x) + log);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - log) <= 4 * EPSILON * Math.max(1, Math.abs(next))) return Math.exp(next);
    log = next;
  }
  return Math.exp(log);
}

/** Logarithm of x: the first term of P's series for small x, else Wilson and Hilferty's cube (1931). */
function firstGuess(a: number, q: number): number {
  const small = (Math.log(q) + logGamma(a + 1)) / a;
  if (a < 1 && small < Math.log(a)) return small;
  const z = normalQuantile(q);
  const cube = 1 - 1 / (9 * a) + z / (3 * Math.sqrt(a));
  return cube > 0 ? Math.log(a) + 3 * Math.log(cube) : small;
}

/** Rough, within 0.0005: Abramowitz & Stegun 26.2.23. */
function normalQuantile(q: number): number {
  const t = Math.sqrt(-2 * Math.log(Math.min(q, 1 - q)));
  const z =
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return q < 0.5 ? -z : z;
}

function lowerShare(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let k = 1; k < MOST_TERMS && term > sum * EPSILON; k++) {
    term *= x / (a + k);
    sum += term;
  }
  return sum * Math.exp(logDensity(a, x) + Math.log(x));
}

function upperShare(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / Number.MIN_VALUE ** 0.5;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < MOST_TERMS; k++) {
    const numerator = -k * (k - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    fraction *= c * d;
    if (Math.abs(c * d - 1) <= 2 * EPSILON) break;
  }
  return fraction * Math.exp(logDensity(a, x) + Math.log(x));
}

/** Logarithm of the density x^(a - 1) e^-x / Γ(a). */
function logDensity(a: number, x: number): number {
  if (a < LARGE_SHAPE) return (a - 1) * Math.log(x) - x - logGamma(a);
  // x^a e^-x / Γ(a) = √(a / 2π) e^(-a (u - ln(1 + u))) / Γ*(a), with u = (x - a) / a.
  const u = (x - a) / a;
  const deviance = u - Math.log1p(u);
  return 0.5 * Math.log(a / (2 * Math.PI)) - a * deviance - stirlingCorrection(a) - Math.log(x);
}
