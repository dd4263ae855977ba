/** The logarithm of the gamma function, and the first two derivatives of that. */

/** From here on the asymptotic series below are exact to double precision; smaller arguments are raised by recurrence. */
const ASYMPTOTIC_FROM = 16;

/**
 * ln Γ*(x) = ln Γ(x) - (x - ½) ln x + x - ½ ln 2π, what Stirling's formula lacks: DLMF 5.11.1.
 * @param x at least 16
 */
export function stirlingCorrection(x: number): number {
  const r = 1 / (x * x);
  return (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188))))) / x;
}

/** ln Γ(x), x > 0. */
export function logGamma(x: number): number {
  let product = 1;
  let raised = x;
  for (; raised < ASYMPTOTIC_FROM; raised++) product *= raised;
  const stirling = (raised - 0.5) * Math.log(raised) - raised + 0.5 * Math.log(2 * Math.PI);
  return stirling + stirlingCorrection(raised) - Math.log(product);
}

/** The derivative of ln Γ(x), x > 0: DLMF 5.5.2 and 5.11.2. */
export function digamma(x: number): number {
  let sum = 0;
  let raised = x;
  for (; raised < ASYMPTOTIC_FROM; raised++) sum -= 1 / raised;
  const r = 1 / (raised * raised);
  const series = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132)))));
  return sum + Math.log(raised) - 0.5 / raised - series;
}

/** The second derivative of ln Γ(x), x > 0: DLMF 5.15.5 and 5.15.8. */
export function trigamma(x: number): number {
  let sum = 0;
  let raised = x;
  for (; raised < ASYMPTOTIC_FROM; raised++) sum += 1 / (raised * raised);
  const r = 1 / (raised * raised);
  const series = r * (1 / 6 - r * (1 / 30 - r * (1 / 42 - r * (1 / 30 - r * (5 / 66)))));
  return sum + (1 + 0.5 / raised + series) / raised;
}
