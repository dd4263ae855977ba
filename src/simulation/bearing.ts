import { dbToPower } from '../audio/level.js';
import { Random } from '../random.js';
import type { RecorderSetting } from './machine-spec.js';
import { boundedNormal } from './motion.js';

/**
 * A bearing whose race is pitted: each ball that rolls over the pit makes the housing ring, and the speed whines. It gets
 * louder by the same number of decibels each second.
 *
 * Source: McFadden & Smith, "Model for the vibration produced by a single point defect in a rolling element bearing", 1984.
 */
export interface BearingWear {
  /** When it begins, after the recorder's start, */
  readonly fromSecs: number;
  /** and how long it takes to reach its level, from {@link BEGINS_BELOW_DB} below. It stays there. */
  readonly overSecs: number;
  /** Of the noise; the whine is 6 dB weaker. */
  readonly levelDb: number;
  /** Balls over the pit. */
  readonly passHz: number;
  /** At which the housing rings, in a band of a tenth of that. */
  readonly resonanceHz: number;
  readonly whineHz: number;
}

/** So much weaker than it will be, a worn bearing is not heard. */
export const BEGINS_BELOW_DB = 20;

const WHINE_BELOW_DB = 6;
/** By this factor of e a ring dies away before the next ball. */
const DAMPING = 3;
/** The balls slip: standard deviation of the time from one to the next. */
const SLIP = 0.02;

export class Bearing {
  readonly #wear: BearingWear;
  readonly #setting: RecorderSetting;
  readonly #random: Random;
  readonly #feedback: readonly [first: number, second: number];
  /** Brings the resonator's output to a root mean square of 1. */
  readonly #gain: number;
  #last = 0;
  #lastButOne = 0;
  /** From one ball, 0, to the next, 1. */
  #pass = 0;
  #passStep: number;

  constructor(wear: BearingWear, setting: RecorderSetting, seed: number) {
    const { sampleRateHz } = setting;
    this.#wear = wear;
    this.#setting = setting;
    this.#random = new Random(seed);
    const radius = Math.exp((-Math.PI * 0.1 * wear.resonanceHz) / sampleRateHz);
    const turn = (2 * Math.PI * wear.resonanceHz) / sampleRateHz;
    this.#feedback = [2 * radius * Math.cos(turn), -(radius ** 2)];
    // Variance of white noise after two poles, and mean square of the damping.
    const square = radius ** 2;
    const resonance = (1 + square) / ((1 - square) * (1 - 2 * square * Math.cos(2 * turn) + square * square));
    const damping = (1 - Math.exp(-2 * DAMPING)) / (2 * DAMPING);
    this.#gain = 1 / Math.sqrt(resonance * damping);
    this.#passStep = wear.passHz / sampleRateHz;
  }

  /** Adds what is heard of the bearing. Chunks must follow each other from the first sample on. */
  add(out: Float32Array, firstSample: number): void {
    const { sampleRateHz, calibrationDbSpl } = this.#setting;
    const { fromSecs, overSecs, levelDb, passHz, whineHz } = this.#wear;
    const [first, second] = this.#feedback;
    const whine = Math.SQRT2 * 10 ** (-WHINE_BELOW_DB / 20);
    for (let i = Math.max(0, Math.ceil(fromSecs * sampleRateHz) - firstSample); i < out.length; i++) {
      const secs = (firstSample + i) / sampleRateHz;
      const missingDb = BEGINS_BELOW_DB * Math.max(0, 1 - (secs - fromSecs) / overSecs);
      const damping = Math.exp(-DAMPING * this.#pass);
      const noise = first * this.#last + second * this.#lastButOne + damping * this.#random.normal();
      this.#lastButOne = this.#last;
      this.#last = noise;
      const tone = whine * Math.sin(2 * Math.PI * whineHz * secs);
      out[i]! += Math.sqrt(dbToPower(levelDb - missingDb, calibrationDbSpl)) * (this.#gain * noise + tone);
      this.#pass += this.#passStep;
      if (this.#pass < 1) continue;
      this.#pass -= 1;
      this.#passStep = passHz / sampleRateHz / (1 + SLIP * boundedNormal(this.#random));
    }
  }
}
