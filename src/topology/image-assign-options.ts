import { z } from 'zod';
import { deadLetter, integer, number, options, topicName } from './options.js';

export const imageAssign = options({
  type: z
    .literal('image_assign')
    .describe(
      'Puts each picture in a group and sub-groups of the current model, or calls it novel, and suspects its label.',
    ),
  input: topicName.describe('Topic of feature vectors, of the encoder that the models learn from.'),
  models: topicName.describe('Topic that announces models.'),
  outputs: options({
    assignments: topicName.describe('Path, probability and suspected label of each picture.'),
    dead_letter: deadLetter,
  }).describe('Topics that it writes.'),
  when_no_model: z
    .enum(['wait', 'unassigned'])
    .default('wait')
    .describe('Before the first model: wait for it, or pass pictures on as unassigned.'),
  batch_size: integer(1, 1024).default(64).describe('Pictures that are assigned at once.'),
  linger_ms: number(0, 60_000).default(20).describe('How long an incomplete batch waits for more.'),
});
