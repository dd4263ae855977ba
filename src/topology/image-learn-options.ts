import { z } from 'zod';
import { CLASSIFIER_TYPES } from '../cluster/classifiers/classifier.js';
import { GROUPING_ALGORITHMS } from '../cluster/grouping/grouping-algorithm.js';
import { NAMED_RULES } from '../cluster/grouping/grouping-rule.js';
import { TRAINING_RANGES } from '../lifecycle/training-ranges.js';
import { integer, number, options, orOff, topicName } from './options.js';

const rule = () => z.enum(NAMED_RULES);

/** What a stage that learns groups of pictures fits. */
const imageModel = options({
  algorithms: z
    .array(z.enum(GROUPING_ALGORITHMS))
    .min(1)
    .default([...GROUPING_ALGORITHMS])
    .describe('What is tried, with each number of groups.'),
  min_groups: integer(2, 1000).default(2).describe('The fewest groups of a level.'),
  max_groups: integer(2, 1000).default(20).describe('The most groups of a level.'),
  depth: integer(1, 16).default(2).describe('Levels of groups: 1 is groups without sub-groups.'),
  rule: rule()
    .default('pareto')
    .describe(
      'How algorithm and number of groups are chosen: `pareto` the most stable of those that no other beats in entropy and Silhouette; `min-max` lowest entropy and highest Silhouette, as the image-grouping paper; by near-labels `c-score`, adjusted for chance, or `convergence`, as the paper.',
    ),
  sub_rule: rule().default('pareto').describe('The same for sub-groups.'),
  components: integer(1, 4096)
    .default(32)
    .describe('Principal components that groups are told by; never more than half the images.'),
  classifier: z
    .union([z.literal('none'), z.enum(CLASSIFIER_TYPES)])
    .transform(type => (type === 'none' ? null : type))
    .prefault('svm')
    .describe(
      "What learns labels: of marks that people set, names that they give to groups, and near-labels, in this order. `rules`: each group's commonest label; `anomaly`: what is not normal.",
    ),
  normal_label: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('For `anomaly`: the label of what is normal; `null`: the commonest one.'),
  novel_quantile: number(...TRAINING_RANGES.novelQuantile)
    .default(0.01)
    .describe('Share of images like those of the training that are called novel.'),
  seed: integer(...TRAINING_RANGES.seed)
    .default(1)
    .describe('Of the random numbers: the same seed and images give the same model.'),
});

const promotion = options({
  max_novel_share: number(0, 1)
    .default(0.1)
    .describe('Share of held-out images that fit no group, unless the model in force has as many.'),
  max_silhouette_loss: number(-2, 2)
    .default(0.05)
    .describe('How much lower the Silhouette of held-out images may be than with the model in force.'),
  min_kept_share: number(0, 1)
    .default(0.5)
    .describe(
      'Share of held-out images that stay in their group of the first level, of those that both know.',
    ),
});

/** A stage that learns groups of pictures. */
export const imageLearn = options({
  type: z
    .literal('image_learn')
    .describe(
      'Learns groups of images from their features, keeps them up to date and announces models of them.',
    ),
  input: topicName.describe('Topic of feature vectors.'),
  labels: topicName
    .nullable()
    .default(null)
    .describe('Topic of what people say of images and groups; `null`: nobody says anything.'),
  outputs: options({
    models: topicName.describe('Topic that announces models; compacted.'),
  }).describe('Topics that it writes.'),
  model: imageModel.prefault({}).describe('What is fitted.'),
  first_after_images: integer(20, 10_000_000)
    .default(200)
    .describe('The first model is fitted after this many images.'),
  window_hours: number(0.01, 100_000)
    .default(168)
    .describe('Images of how long, in event time, a model learns from.'),
  max_images: integer(20, 100_000)
    .default(2000)
    .describe('Of more images a sample is learnt from: fits take time with the square of the images.'),
  update_after_images: orOff(integer(1, 100_000_000))
    .prefault(1000)
    .describe('Groups follow new images, so many at a time, in a new version of the same groups; or `off`.'),
  half_life_images: integer(1, 1_000_000_000)
    .default(500)
    .describe('After so many new images of its own what a group was made of counts half.'),
  refit_after_images: orOff(integer(20, 1_000_000_000))
    .prefault(10_000)
    .describe(
      'New groups are sought after so many images, and keep the ids of those that they go on from; or `off`.',
    ),
  refit_after_hours: orOff(number(0.01, 100_000))
    .prefault('off')
    .describe('The same by event time, when `first_after_images` have come; or `off`.'),
  relabel_after_labels: orOff(integer(1, 1_000_000))
    .prefault(1)
    .describe('Labels are learnt anew after so many statements of people; or `off`.'),
  held_out_share: number(0.01, 0.25)
    .default(0.2)
    .describe('Share of the images, of their newer half, by which new groups are judged.'),
  promote: promotion
    .prefault({})
    .describe('New groups are used when they are within these limits, else refused.'),
});
