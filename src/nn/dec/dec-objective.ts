import type { NpyArray } from '../../npy.js';
import type { Encoder } from '../conv-sdae/encoder.js';
import { klDivergence, targetDistribution } from '../target-distribution.js';
import * as tf from '../tf.js';
import type { Losses, Minibatch, Objective } from '../training/objective.js';
import type { RowSource } from '../training/row-source.js';
import { readVariables } from '../training/variables.js';
import { Dec } from './dec.js';
import { logSoftAssignment } from './soft-assignment.js';

export interface DecSettings {
  readonly groups: number;
  readonly alpha: number;
  /** Steps between two computations of the target distribution. */
  readonly refreshSteps: number;
  /** A smaller share of rows that change their group from one to the next ends the training. */
  readonly labelTolerance: number;
}

/** DEC's: KL(P‖Q), where P comes from the whole set and stays as it is between refreshes. */
export class DecObjective implements Objective {
  readonly variables: readonly tf.Variable[];
  readonly fingerprint: unknown;
  /** Share of rows that changed their group at the last refresh; null before the second. */
  labelChanges: number | null = null;
  readonly #encoder: Encoder;
  readonly #centroids: tf.Variable;
  readonly #source: RowSource;
  readonly #settings: DecSettings;
  /** P, `[rows, groups]`. */
  #targets: Float32Array = new Float32Array(0);
  #labels: Int32Array;

  /** @param centroids of the first groups, which are `labels` */
  constructor(
    encoder: Encoder,
    centroids: tf.Variable,
    labels: Int32Array,
    source: RowSource,
    settings: DecSettings,
  ) {
    this.#encoder = encoder;
    this.#centroids = centroids;
    this.#labels = labels;
    this.#source = source;
    this.#settings = settings;
    this.variables = [...encoder.variables, centroids];
    const { groups, alpha, refreshSteps, labelTolerance } = settings;
    const { normalisation, architecture } = encoder;
    // The first centroids tell the rows of one set from those of another.
    const first = readVariables([centroids]).map(values => [...values]);
    this.fingerprint = { groups, alpha, refreshSteps, labelTolerance, normalisation, architecture, first };
  }

  /** The model as it is now. It shares the encoder. */
  model(): Dec {
    return new Dec(this.#encoder, readVariables([this.#centroids])[0]!, this.#settings.alpha);
  }

  async beforeStep(_epoch: number, step: number): Promise<boolean> {
    if (step % this.#settings.refreshSteps !== 0) return true;
    const { responsibilities, labels } = await this.model().assign(this.#source);
    const changed = labels.reduce((count, label, row) => count + (label === this.#labels[row] ? 0 : 1), 0);
    this.#labels = labels;
    // Before the first step nothing has been learnt: what differs from k-means then is its own matter.
    if (step > 0) {
      this.labelChanges = changed / labels.length;
      if (this.labelChanges < this.#settings.labelTolerance) return false;
    }
    tf.tidy(() => {
      const q = tf.tensor2d(responsibilities, [labels.length, this.#settings.groups]);
      const targets = targetDistribution(q, tf.sum(q, 0));
      this.#targets = Float32Array.from(targets.dataSync());
    });
    return true;
  }

  loss({ x, indices }: Minibatch): Losses {
    const [latents] = this.#encoder.heads(this.#encoder.prepare(x));
    const centroids = this.#centroids as unknown as tf.Tensor2D;
    return {
      total: klDivergence(
        this.#targetsOf(indices),
        logSoftAssignment(latents!, centroids, this.#settings.alpha),
      ),
    };
  }

  #targetsOf(rows: Int32Array): tf.Tensor2D {
    const { groups } = this.#settings;
    const targets = new Float32Array(rows.length * groups);
    rows.forEach((row, i) => {
      targets.set(this.#targets.subarray(row * groups, (row + 1) * groups), i * groups);
    });
    return tf.tensor2d(targets, [rows.length, groups]);
  }

  state(): ReadonlyMap<string, NpyArray> {
    const changes = Float64Array.of(this.labelChanges ?? Number.NaN);
    return new Map<string, NpyArray>([
      ['targets', this.#targets],
      ['labels', this.#labels],
      ['label-changes', changes],
    ]);
  }

  restore(state: ReadonlyMap<string, NpyArray>): void {
    this.#targets = Float32Array.from(state.get('targets')!);
    this.#labels = Int32Array.from(state.get('labels')!);
    const changes = state.get('label-changes')![0]!;
    this.labelChanges = Number.isNaN(changes) ? null : changes;
  }
}
