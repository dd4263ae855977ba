import type { TrainingProgress } from '../../nn/training/progress.js';
import { type BenchmarkMethod, type BenchmarkSettings, costs, isNetwork } from './benchmark-options.js';
import type { ResultKey } from './run-files.js';
import type { RunPart } from './run-methods.js';

/** How far a benchmark is. */
export interface BenchmarkState {
  readonly run: number;
  readonly method: BenchmarkMethod;
  /** The training that goes on, with its loss; null between two. */
  readonly training: {
    readonly part: RunPart;
    readonly step: number;
    readonly steps: number;
    readonly loss: number;
  } | null;
  /** Share of the work that is done, 0 to 1. */
  readonly share: number;
  /** Seconds that are left at the pace so far; null before there is one. */
  readonly etaSecs: number | null;
}

export type ProgressListener = (state: BenchmarkState) => void | Promise<void>;

type Part = RunPart | 'clustering';

/** The parts that a method needs; some are shared with others of its run. */
function partsOf(method: BenchmarkMethod): readonly string[] {
  if (!isNetwork(method)) return [`clustering ${method}`];
  if (method.startsWith('vade')) return ['pretraining', `vade ${method}`];
  return method.startsWith('dec')
    ? ['pretraining', 'dec', `clustering ${method}`]
    : ['pretraining', `clustering ${method}`];
}

/** Tells the time that is left from what the parts of the missing results cost. */
export class BenchmarkProgress {
  readonly #costs: Readonly<Record<Part, number>>;
  readonly #nowMs: () => number;
  readonly #listener: ProgressListener | undefined;
  readonly #startMs: number;
  readonly #total: number;
  /** Parts of all runs that are done, and their cost. */
  readonly #ended = new Set<string>();
  #done = 0;
  /** Trainings that made a step here, and the cost of what a benchmark that was stopped had done of them. */
  readonly #begun = new Set<string>();
  #before = 0;
  #current: BenchmarkMethod = 'kmeans';

  /** @param missing what will be computed */
  constructor(
    settings: BenchmarkSettings,
    rows: number,
    missing: readonly ResultKey[],
    nowMs: () => number,
    listener?: ProgressListener,
  ) {
    this.#costs = costs(settings, rows);
    this.#nowMs = nowMs;
    this.#listener = listener;
    this.#startMs = nowMs();
    const parts = new Set(
      missing.flatMap(({ run, method }) => partsOf(method).map(part => `${run} ${part}`)),
    );
    this.#total = [...parts].reduce((sum, part) => sum + this.#cost(part), 0);
  }

  async begin(run: number, method: BenchmarkMethod): Promise<void> {
    this.#current = method;
    await this.#tell(run, null, 0);
  }

  async step(run: number, part: RunPart, { step, steps, loss }: TrainingProgress): Promise<void> {
    const id = part === 'vade' ? `vade ${this.#current}` : part;
    const name = `${run} ${id}`;
    if (!this.#begun.has(name)) this.#before += ((step - 1) / steps) * this.#costs[part];
    this.#begun.add(name);
    const share = this.#ended.has(name) ? 0 : step / steps;
    await this.#tell(run, { part, step, steps, loss }, share * this.#costs[part]);
    // DEC may end before its last step; `end` counts what is left of it.
    if (step === steps) this.#count(name);
  }

  async end(run: number, method: BenchmarkMethod): Promise<void> {
    for (const part of partsOf(method)) this.#count(`${run} ${part}`);
    await this.#tell(run, null, 0);
  }

  #count(part: string): void {
    if (this.#ended.has(part)) return;
    this.#ended.add(part);
    this.#done += this.#cost(part);
    // A training that made no step had made them all before.
    if (!part.includes(' clustering ') && !this.#begun.has(part)) this.#before += this.#cost(part);
  }

  #cost(part: string): number {
    return this.#costs[part.split(' ')[1] as Part];
  }

  async #tell(run: number, training: BenchmarkState['training'], ahead: number): Promise<void> {
    const done = this.#done + ahead;
    const made = done - this.#before;
    const elapsedSecs = (this.#nowMs() - this.#startMs) / 1000;
    await this.#listener?.({
      ...{ run, method: this.#current, training },
      share: this.#total > 0 ? done / this.#total : 1,
      etaSecs: made > 0 ? (elapsedSecs * (this.#total - done)) / made : null,
    });
  }
}
