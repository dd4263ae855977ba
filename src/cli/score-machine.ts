import { bandHz, equalBands } from '../anomaly/frequency-bands.js';
import { PlantsenseError } from '../errors.js';
import { MachineModel } from '../lifecycle/machine-model/machine-model.js';
import { type ScoredSegment, scoreRecording } from '../lifecycle/machine-model/score-recording.js';
import { readModelDirectory } from '../lifecycle/model-directory.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { findRecordings } from '../stages/find-recordings.js';
import { readMachineSound } from '../stages/machine-recordings.js';
import type { Cli } from './cli.js';
import { machineNotices } from './machine-notices.js';
import type { ScoreMachineFlags } from './score.js';
import { formatTable } from './table.js';

/** What `score machine` does. */
export async function scoreMachine(
  cli: Cli,
  inputs: readonly string[],
  { model: directory, offBelowDb, json }: ScoreMachineFlags,
): Promise<void> {
  const files = await findRecordings(inputs);
  const artefact = await readModelDirectory(directory);
  await openBackend({ report: line => void cli.stderr.line(line) });
  const model = await MachineModel.open(artefact);
  try {
    for (const file of files) {
      const sound = await readMachineSound(file);
      for (const line of machineNotices([{ ...sound, name: file, silent: 0 }])) await cli.stderr.line(line);
      const scored: ScoredSegment[] = [];
      for await (const segment of named(file, scoreRecording(model, sound.samples, offBelowDb ?? null))) {
        cli.signal.throwIfAborted();
        if (json) await cli.stdout.jsonLine(jsonOf(file, segment, model));
        else scored.push(segment);
      }
      if (!json) await cli.stdout.write(textOf(file, scored, model));
    }
  } finally {
    model.dispose();
  }
}

/** Errors of the segments name the file. */
async function* named<T>(file: string, segments: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield* segments;
  } catch (cause) {
    if (!(cause instanceof PlantsenseError)) throw cause;
    throw new PlantsenseError(cause.code, `${file}: ${cause.message}`, { cause });
  }
}

function jsonOf(file: string, { segment, verdict }: ScoredSegment, { version, details }: MachineModel) {
  const { startUs, endUs, levelDb, residual, bandResiduals } = segment;
  const isOff = verdict.state === 'off';
  return {
    ...{ file, startSecs: secs(startUs), endSecs: secs(endUs), levelDb },
    residual: isOff ? null : residual,
    state: verdict.state,
    detectors: verdict.detectors.map((detector, i) => {
      const { n, alpha } = details.thresholds[i]!;
      return { ...detector, n, alpha };
    }),
    bandResiduals: isOff ? null : [...bandResiduals!],
    alarms: verdict.alarms,
    model: version,
  };
}

function textOf(file: string, scored: readonly ScoredSegment[], { details, version }: MachineModel): string {
  const { thresholds } = details;
  const means = thresholds.filter(({ n }) => n > 1);
  const rows = scored.map(({ segment, verdict }) => [
    secs(segment.startUs).toFixed(2),
    verdict.state === 'off' ? '-' : segment.residual.toFixed(4),
    ...means.map(({ n }) => {
      const mean = verdict.detectors[thresholds.findIndex(threshold => threshold.n === n)]!.mean;
      return mean === null ? '-' : mean.toFixed(4);
    }),
    verdictOf({ segment, verdict }),
  ]);
  const headers = ['seconds', 'residual', ...means.map(({ n }) => `mean of ${n}`), 'verdict'];
  const alphas = thresholds.map(
    ({ n, alpha, provisional }) =>
      `${n === 1 ? 'one segment' : `mean of ${n}`} above ${alpha.toFixed(4)}${provisional ? ' (provisional)' : ''}`,
  );
  return [
    `${file}, by ${version}: abnormal is ${alphas.join(', ')}\n`,
    formatTable(headers, rows),
    alarmText(scored, details),
    '\n',
  ].join('');
}

/** The state, and which detectors say so. */
function verdictOf({ verdict }: ScoredSegment): string {
  if (verdict.state !== 'abnormal') return verdict.state;
  const by = verdict.detectors.filter(({ state }) => state === 'abnormal').map(({ detector }) => detector);
  return `abnormal (${by.join(', ')})`;
}

/** Each alarm with the bands that were worst. */
function alarmText(
  scored: readonly ScoredSegment[],
  { normalBands, segment, sampleRateHz }: MachineModel['details'],
) {
  const bands = equalBands(segment.nFft / 2, normalBands.length);
  const closed = scored.flatMap(({ verdict }) => verdict.alarms).filter(({ kind }) => kind === 'closed');
  return closed
    .map(({ detector, evidence, worstBands }) => {
      const worst = worstBands.map(({ band, ratio }) => {
        const [low, high] = bandHz(bands, band, sampleRateHz, segment.nFft);
        return `${Math.round(low)}-${Math.round(high)} Hz (${ratio.toFixed(1)} times)`;
      });
      const span = `${secs(evidence.firstUs).toFixed(2)} to ${secs(evidence.lastUs).toFixed(2)} s`;
      return `Alarm ${detector}: ${span}${worst.length > 0 ? `, worst at ${worst.join(', ')}` : ''}\n`;
    })
    .join('');
}

function secs(us: number): number {
  return us / 1_000_000;
}
