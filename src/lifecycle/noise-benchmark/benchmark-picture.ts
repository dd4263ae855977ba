import { meanSpectrograms } from './mean-spectrograms.js';
import { greyPng } from './png.js';
import type { BenchmarkData } from './recording-set.js';
import type { FittedOutcome, RunResult } from './run-result.js';

const MAP = { size: 220, margin: 12 };
const SPECTROGRAM = { width: 160, height: 64, gap: 12, columns: 5 };
const TITLE_HEIGHT = 24;
const BLOCK_GAP = 16;

/**
 * An SVG picture: for each method its first fitted run, as a map of its own space (first two principal components,
 * coloured by group) and the mean spectrogram of each group (time to the right, frequency upwards, loud is light).
 */
export async function benchmarkPicture(
  { spectrograms }: Pick<BenchmarkData, 'spectrograms'>,
  results: readonly RunResult[],
): Promise<string> {
  const blocks: string[] = [];
  const shown = new Set<string>();
  let y = 0;
  for (const { method, run, outcome } of results) {
    if (outcome.state !== 'fitted' || shown.has(method)) continue;
    shown.add(method);
    const means = await meanSpectrograms(spectrograms, outcome.labels);
    const rows = Math.ceil(means.size / SPECTROGRAM.columns);
    const title = `<text x="0" y="16" font-weight="bold">${method}, run ${run}: ${outcome.activeGroups} groups</text>`;
    blocks.push(
      `<g transform="translate(0 ${y})">${title}${latentMap(outcome)}${pictures(spectrograms.shape, means)}</g>`,
    );
    const height = Math.max(MAP.size, rows * (SPECTROGRAM.height + TITLE_HEIGHT));
    y += TITLE_HEIGHT + height + BLOCK_GAP;
  }
  const width = MAP.size + BLOCK_GAP + SPECTROGRAM.columns * (SPECTROGRAM.width + SPECTROGRAM.gap);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${Math.max(1, y)}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="white"/>',
    ...blocks,
    '</svg>\n',
  ].join('\n');
}

function latentMap({ map, labels }: FittedOutcome): string {
  const { size, margin } = MAP;
  const [x, y] = [scale(map.map(point => point[0])), scale(map.map(point => point[1]))];
  const span = size - 2 * margin;
  const points = map.map((point, i) => {
    const cx = (margin + span * x(point[0])).toFixed(1);
    const cy = (margin + span * (1 - y(point[1]))).toFixed(1);
    return `<circle cx="${cx}" cy="${cy}" r="2.5" fill="${colour(labels[i]!)}"/>`;
  });
  const frame = `<rect width="${size}" height="${size}" fill="none" stroke="#999"/>`;
  return `<g transform="translate(0 ${TITLE_HEIGHT})" fill-opacity="0.7">${frame}${points.join('')}</g>`;
}

function pictures(shape: readonly number[], means: ReadonlyMap<number, Float32Array>): string {
  const [bands = 1, frames = 1] = shape;
  const { width, height, gap, columns } = SPECTROGRAM;
  // One scale for all groups, so that loud ones look loud.
  const level = scale(
    [...means.values()].flatMap(mean => [extreme(mean, Math.min), extreme(mean, Math.max)]),
  );
  return [...means]
    .map(([group, mean], i) => {
      const x = MAP.size + BLOCK_GAP + (i % columns) * (width + gap);
      const y = TITLE_HEIGHT + Math.floor(i / columns) * (height + TITLE_HEIGHT);
      const pixels = new Uint8Array(bands * frames);
      for (let band = 0; band < bands; band++)
        for (let frame = 0; frame < frames; frame++)
          pixels[(bands - 1 - band) * frames + frame] = Math.round(255 * level(mean[band * frames + frame]!));
      const png = greyPng(pixels, frames, bands).toString('base64');
      return [
        `<text x="${x}" y="${y + height + 14}" fill="${colour(group)}">group ${group}</text>`,
        `<image x="${x}" y="${y}" width="${width}" height="${height}" preserveAspectRatio="none" href="data:image/png;base64,${png}"/>`,
      ].join('');
    })
    .join('');
}

/** Maps values to 0 .. 1; equal ones to the middle. */
function scale(values: readonly number[]): (value: number) => number {
  const low = extreme(values, Math.min);
  const high = extreme(values, Math.max);
  return value => (high > low ? (value - low) / (high - low) : 0.5);
}

function extreme(values: ArrayLike<number>, of: (a: number, b: number) => number): number {
  let result = values[0] ?? 0;
  for (let i = 1; i < values.length; i++) result = of(result, values[i]!);
  return result;
}

/** Hues by the golden angle: any number of groups, neighbours far apart. */
function colour(group: number): string {
  return `hsl(${Math.round(group * 137.508) % 360} 65% 42%)`;
}
