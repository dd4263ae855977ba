/** The five algorithms of the image-grouping paper (section 3.2.1), in the order in which a sweep takes them. */
export const GROUPING_ALGORITHMS = [
  'kmeans',
  'agglomerative',
  'minibatch-kmeans',
  'spectral',
  'gmm',
] as const;

export type GroupingAlgorithm = (typeof GROUPING_ALGORITHMS)[number];
