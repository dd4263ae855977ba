import { createHash } from 'node:crypto';

/** Options of a feature extractor: what JSON can hold. */
export type FeatureOptions = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Id of a kind of features and its options. A tensor carries it, and a model refuses those of another set: the same
 * shape with other options would give wrong groups in silence.
 *
 * @param kind `logmel`
 * @param options the order of the keys doesn't matter
 */
export function featureSetId(kind: string, options: FeatureOptions): string {
  const sorted = Object.keys(options)
    .sort()
    .map(key => [key, options[key]]);
  return `${kind}-${createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 12)}`;
}
