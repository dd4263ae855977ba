import { existsSync } from 'node:fs';
import type { LintContext } from './lint-context.js';
import type { ImageFeaturesOptions, ImageLearnOptions } from './stage-options.js';

/** A JPEG of less than this is no picture that one would want to look at. */
const LEAST_BITS_PER_PIXEL = 1;

/** Whether pictures fit in their topic, whether their encoder's files are there, and whether groups can be learnt. */
export function lintImages(context: LintContext): void {
  for (const [name, stage] of context.stages('image_features')) {
    lintPictures(context, name, stage);
    lintEncoderFile(context, name, stage);
  }
  for (const [name, stage] of context.stages('image_learn')) lintGroups(context, name, stage);
}

function lintPictures(context: LintContext, name: string, { input, maxPixels }: ImageFeaturesOptions): void {
  const path = ['stages', name, 'max_pixels'];
  const room = context.topology.topics.get(input)?.maxMessageBytes;
  const needed = Math.ceil((maxPixels * LEAST_BITS_PER_PIXEL) / 8);
  if (room === undefined || room >= needed || !context.isGiven(path)) return;
  context.report(
    'pictures-too-large',
    ['topics', input, 'max_message_bytes'],
    `A JPEG of ${maxPixels} pixels has ${needed} bytes at the very least; \`${input}\` takes ${room}.`,
    'Raise it, or lower `max_pixels`.',
  );
}

function lintEncoderFile(context: LintContext, name: string, { encoder }: ImageFeaturesOptions): void {
  const option = 'weights' in encoder ? 'weights' : 'path';
  const file = 'weights' in encoder ? encoder.weights : 'path' in encoder ? encoder.path : null;
  if (file === null || existsSync(file)) return;
  context.report(
    'encoder-not-here',
    ['stages', name, 'encoder', option],
    `There is no file or directory at ${file} on this machine.`,
  );
}

/** Fewer pictures a group are refused by a fit. */
const LEAST_IMAGES = 3;

function lintGroups(
  context: LintContext,
  name: string,
  { model, firstAfterImages, maxImages }: ImageLearnOptions,
): void {
  const { minGroups, maxGroups } = model;
  const path = ['stages', name];
  if (minGroups > maxGroups)
    context.report(
      'groups-range',
      [...path, 'model', 'min_groups'],
      `\`min_groups\`, ${minGroups}, is above \`max_groups\`, ${maxGroups}.`,
    );
  const needed = LEAST_IMAGES * minGroups;
  for (const [option, images] of [
    ['first_after_images', firstAfterImages],
    ['max_images', maxImages],
  ] as const)
    if (images < needed)
      context.report(
        'too-few-events',
        [...path, option],
        `${images} images are too few for ${minGroups} groups, which take ${needed}.`,
      );
}
