import type { Matrix } from '../../cluster/matrix.js';
import type { ModelCard } from '../model-card.js';

/** Pictures as a model of images learns from them, the oldest first. */
export interface ImageTrainingSet {
  /** `[pictures, dimensions]`, of one encoder, unscaled. */
  readonly features: Matrix;
  /** The encoder's id. */
  readonly encoder: string;
  /** Ids of the pictures. */
  readonly ids: readonly string[];
  /** Event times of the oldest and the newest picture. */
  readonly fromUs: number;
  readonly toUs: number;
  /** What the plant says of each picture; null where it says nothing. */
  readonly nearLabels: readonly (string | null)[];
  /** How far the topic's partitions had been read; empty for files. */
  readonly seen: ModelCard['data']['seen'];
}

/** What people said, as far as it is in force. */
export interface PeoplesLabels {
  /** Labels of single pictures, by their ids. */
  readonly marks: ReadonlyMap<string, string>;
  /** Names of groups, by their paths as `pathName` writes them. */
  readonly names: ReadonlyMap<string, string>;
  /** Statements that had been made when they were read, in force or not. */
  readonly statements: number;
}

export const NO_LABELS: PeoplesLabels = { marks: new Map(), names: new Map(), statements: 0 };
