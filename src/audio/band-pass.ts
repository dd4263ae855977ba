/** Fourth-order Butterworth band-pass (four conjugate pole pairs), and its energy, in one loop. */
import { flushTiny } from './weighting.js';

const SECTIONS = 4;
/** Where the sum of squares stands behind the sections' states. */
const ENERGY = 2 * SECTIONS;

/** Four sections `g (1 − z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²)`: four zeros at DC and four at Nyquist in all. */
type Four = readonly [number, number, number, number];

export interface BandPass {
  readonly gain: number;
  readonly a1: Four;
  readonly a2: Four;
}

/**
 * Butterworth band-pass by the bilinear transform, its −3 dB edges exactly where they are asked for. The fourth order is
 * what class 1 needs: the transform widens the lower skirt of a band near Nyquist.
 * @param lowHz @param highHz below half of `sampleRateHz`
 */
export function designBandPass(lowHz: number, highHz: number, sampleRateHz: number): BandPass {
  const low = Math.tan((Math.PI * lowHz) / sampleRateHz);
  const high = Math.tan((Math.PI * highHz) / sampleRateHz);
  const centre2 = low * high;
  const width = high - low;
  const a1: number[] = [];
  const a2: number[] = [];
  // A pole p of the low-pass prototype becomes the roots of s² − p·width·s + centre²; of a conjugate pair one pole
  // suffices, since the conjugates of its two roots belong to the other.
  for (const angle of [(5 * Math.PI) / 8, (7 * Math.PI) / 8]) {
    const re = (Math.cos(angle) * width) / 2;
    const im = (Math.sin(angle) * width) / 2;
    const [rootRe, rootIm] = complexSqrt(re * re - im * im - centre2, 2 * re * im);
    pushSection(a1, a2, re + rootRe, im + rootIm);
    pushSection(a1, a2, re - rootRe, im - rootIm);
  }
  const design = { gain: 1, a1: a1 as unknown as Four, a2: a2 as unknown as Four };
  const centreHz = (Math.atan(Math.sqrt(centre2)) * sampleRateHz) / Math.PI;
  return { ...design, gain: bandPassGain(design, centreHz, sampleRateHz) ** (-1 / SECTIONS) };
}

/** Bilinear transform of the conjugate pair `re ± i·im`. */
function pushSection(a1: number[], a2: number[], re: number, im: number): void {
  const norm = (1 - re) ** 2 + im * im;
  a1.push((-2 * (1 - re * re - im * im)) / norm);
  a2.push(((1 + re) ** 2 + im * im) / norm);
}

function complexSqrt(re: number, im: number): [number, number] {
  const size = Math.hypot(re, im);
  const rootRe = Math.sqrt((size + re) / 2);
  const rootIm = Math.sqrt((size - re) / 2);
  return [rootRe, im < 0 ? -rootIm : rootIm];
}

/** |H| at a frequency. */
export function bandPassGain(design: BandPass, frequencyHz: number, sampleRateHz: number): number {
  const w = (2 * Math.PI * frequencyHz) / sampleRateHz;
  let gain = (2 * design.gain * Math.abs(Math.sin(w))) ** SECTIONS;
  for (let i = 0; i < SECTIONS; i++) {
    const re = 1 + design.a1[i]! * Math.cos(w) + design.a2[i]! * Math.cos(2 * w);
    const im = design.a1[i]! * Math.sin(w) + design.a2[i]! * Math.sin(2 * w);
    gain /= Math.hypot(re, im);
  }
  return gain;
}

/** Filters and adds up squares. */
export class BandPassEnergy {
  /** Two values a section, then the sum of squares. */
  private readonly state = new Float64Array(ENERGY + 1);
  private readonly design: BandPass;

  constructor(design: BandPass) {
    this.design = design;
  }

  start(): void {
    this.state.fill(0);
  }

  process(input: Float64Array, count: number): void {
    const { gain } = this.design;
    const [p1, q1, r1, t1] = this.design.a1;
    const [p2, q2, r2, t2] = this.design.a2;
    const s = this.state;
    let [u1, u2, v1, v2] = [s[0]!, s[1]!, s[2]!, s[3]!];
    let [w1, w2, y1, y2] = [s[4]!, s[5]!, s[6]!, s[7]!];
    let energy = s[ENERGY]!;
    for (let i = 0; i < count; i++) {
      const x = gain * input[i]!;
      const u = x + u1;
      u1 = u2 - p1 * u;
      u2 = -x - p2 * u;
      const gu = gain * u;
      const v = gu + v1;
      v1 = v2 - q1 * v;
      v2 = -gu - q2 * v;
      const gv = gain * v;
      const w = gv + w1;
      w1 = w2 - r1 * w;
      w2 = -gv - r2 * w;
      const gw = gain * w;
      const y = gw + y1;
      y1 = y2 - t1 * y;
      y2 = -gw - t2 * y;
      energy += y * y;
    }
    s[0] = u1;
    s[1] = u2;
    s[2] = v1;
    s[3] = v2;
    s[4] = w1;
    s[5] = w2;
    s[6] = y1;
    s[7] = y2;
    s[ENERGY] = energy;
  }

  /** The sum of squares since the last call. */
  takeEnergy(): number {
    const energy = this.state[ENERGY]!;
    this.state[ENERGY] = 0;
    return energy;
  }

  flush(): void {
    flushTiny(this.state);
  }
}
