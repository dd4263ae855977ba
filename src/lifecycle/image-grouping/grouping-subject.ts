import type { Matrix } from '../../cluster/matrix.js';
import type { NearLabels } from './near-labels.js';

/** What is grouped. */
export interface GroupingSubject {
  /** `[images, features]` */
  readonly features: Matrix;
  /** Path of each row's image; null where only features are known. */
  readonly paths: readonly string[] | null;
  readonly nearLabels: NearLabels | null;
}
