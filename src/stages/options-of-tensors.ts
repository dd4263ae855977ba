import { LOG_MEL_DEFAULTS, type LogMelOptions } from '../audio/log-mel.js';
import { PlantsenseError } from '../errors.js';
import { type FeatureOptions, featureSetId } from '../lifecycle/feature-set.js';

/**
 * The options that a topic's tensors were made with, for the card of a model of them. A tensor has the options' id only;
 * they are told from it.
 *
 * @param logMel of the stage that writes the topic; null when there is none in the topology, so that another one's tensors
 *   come from who knows where: those of the default options are known, of others the card has none
 * @throws PlantsenseError FEATURES_MISMATCH when the stage's options would give other tensors
 */
export function optionsOfTensors(
  topic: string,
  featureSet: string,
  logMel: Partial<LogMelOptions> | null,
): FeatureOptions {
  const options: FeatureOptions = { ...LOG_MEL_DEFAULTS, ...logMel };
  const expected = featureSetId('logmel', options);
  if (expected === featureSet) return options;
  if (!logMel) return {};
  throw new PlantsenseError(
    'FEATURES_MISMATCH',
    `The newest tensors of ${topic} are of the feature set ${featureSet}; the topology's log_mel options give ${expected}.`,
  );
}
