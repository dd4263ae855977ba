import { buildDecoder } from '../conv-sdae/build-decoder.js';
import { buildEncoder, type Head } from '../conv-sdae/build-encoder.js';
import { ConvSdae } from '../conv-sdae/conv-sdae.js';
import { copyWeights } from '../conv-sdae/copy-weights.js';
import { Encoder } from '../conv-sdae/encoder.js';
import { growInputs, shrinkOutputs } from '../conv-sdae/scale-latents.js';

/** Standard deviation of the first weights of the head for variances: all rows start with nearly the same. */
const HEAD_STD = 1e-3;

/**
 * A Conv-SDAE's encoder, its latents as means and a new head beside for their variances, and its decoder: copies. Latents
 * become smaller by `scale`, and the decoder takes them so: it draws what it drew.
 */
export function variationalNetwork(
  sdae: ConvSdae,
  scale: number,
  initialLogVariance: number,
  seed: number,
): ConvSdae {
  const { architecture, normalisation, network } = sdae.encoder;
  const heads: Head[] = [
    { name: 'mean' },
    { name: 'log-variance', init: { std: HEAD_STD, bias: initialLogVariance } },
  ];
  const encoder = buildEncoder(architecture, heads, seed);
  const convolutions = architecture.filters.map((_, i) => `conv${i + 1}`);
  copyWeights(network, encoder, [...convolutions.map(name => [name, name] as const), ['latent', 'mean']]);
  const decoder = buildDecoder(architecture, seed);
  copyWeights(sdae.decoder, decoder);
  shrinkOutputs(encoder, 'mean', scale);
  growInputs(decoder, 'code', scale);
  return new ConvSdae(new Encoder(encoder, architecture, normalisation), decoder);
}
