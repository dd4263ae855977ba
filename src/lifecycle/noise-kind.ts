/** Kinds of model that are a mixture on pooled mel statistics. */
export const MIXTURE_KINDS = ['kmeans', 'gmm'] as const;
export type MixtureKind = (typeof MIXTURE_KINDS)[number];

/** Kinds of model that group what a trained network makes of whole spectrograms. */
export const DEEP_KINDS = ['conv-sdae+gmm', 'dec', 'vade'] as const;
export type DeepKind = (typeof DEEP_KINDS)[number];

export const NOISE_KINDS = [...MIXTURE_KINDS, ...DEEP_KINDS] as const;
export type NoiseKind = MixtureKind | DeepKind;

/** Whether a kind of model needs whole spectrograms, where others take pooled features. */
export function isDeepKind(kind: string | undefined): kind is DeepKind {
  return DEEP_KINDS.some(each => each === kind);
}
