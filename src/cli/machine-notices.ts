import type { SegmentedRecording } from '../lifecycle/machine-model/segment-set.js';

type Noted = Pick<SegmentedRecording, 'name' | 'resampledFromHz' | 'clippedShare'> & {
  readonly silent: number;
};

/** A few samples at full scale are a loud moment. */
const LEAST_CLIPPED = 1e-3;

/** What a person should know of recordings that were read, a line each. */
export function machineNotices(recordings: readonly Noted[]): string[] {
  const rates = new Map<number, number>();
  for (const { resampledFromHz } of recordings)
    if (resampledFromHz !== null) rates.set(resampledFromHz, (rates.get(resampledFromHz) ?? 0) + 1);
  const clipped = recordings.filter(({ clippedShare }) => clippedShare >= LEAST_CLIPPED);
  const worst = clipped.reduce<Noted | null>((a, b) => (a && a.clippedShare >= b.clippedShare ? a : b), null);
  const silent = recordings.reduce((sum, recording) => sum + recording.silent, 0);
  return [
    ...[...rates].map(([hz, count]) => `${counted(count)} resampled from ${hz} to 16300 Hz.`),
    ...(worst
      ? [
          `${counted(clipped.length)} clipped, which sounds like a fault: ${worst.name} the most, ` +
            `${(100 * worst.clippedShare).toFixed(1)} % of its samples.`,
        ]
      : []),
    ...(silent > 0 ? [`${silent} segments are digital silence and left out: the machine is off.`] : []),
  ];
}

function counted(recordings: number): string {
  return recordings === 1 ? '1 recording is' : `${recordings} recordings are`;
}
