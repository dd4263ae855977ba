import { resolve } from 'node:path';
import { Segmenter } from '../audio/segments.js';
import { PlantsenseError } from '../errors.js';
import { fitMachine } from '../lifecycle/machine-model/fit-machine.js';
import { MachineModel } from '../lifecycle/machine-model/machine-model.js';
import {
  SegmentCollector,
  type SegmentedRecording,
  type SegmentSet,
} from '../lifecycle/machine-model/segment-set.js';
import { readModelDirectory, writeModelDirectory } from '../lifecycle/model-directory.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { findRecordings } from '../stages/find-recordings.js';
import { collectRecordings } from '../stages/machine-recordings.js';
import type { Cli } from './cli.js';
import { identityOf, jobRoot, withMachineJob } from './machine-job.js';
import { machineNotices } from './machine-notices.js';
import { fitOptionsOf } from './machine-options.js';
import { machineReport } from './machine-report.js';
import type { TrainMachineFlags } from './train-machine.js';

/** Normal recordings, and those of something abnormal beside them. */
interface MachineSet extends SegmentSet {
  readonly abnormal: readonly SegmentedRecording[];
}

/**
 * What `train machine` does.
 * @throws PlantsenseError USAGE_INVALID; as `findRecordings`, `fitMachine`, `withMachineJob` and `writeModelDirectory`
 */
export async function trainMachineModel(
  cli: Cli,
  sources: readonly string[],
  flags: TrainMachineFlags,
): Promise<void> {
  const { out, json, restart, from } = flags;
  const options = fitOptionsOf(flags);
  const files = await findRecordings(sources);
  const abnormalFiles = await findRecordings(flags.abnormal ?? []);
  checkAbnormal(files, abnormalFiles, flags.rule);
  const artefact = from === undefined ? null : await readModelDirectory(from);
  await openBackend({ report: line => void cli.stderr.line(line) });
  const parent = artefact && { artefact, model: await MachineModel.open(artefact) };
  try {
    const job = {
      ...{ root: jobRoot(out), restart, files: files.length + abnormalFiles.length },
      key: [await identityOf(files), await identityOf(abnormalFiles), options, parent?.model.version ?? null],
      read: async (path: string, onRead: (done: number, file: string) => Promise<void>) => {
        const collector = new SegmentCollector(path, new Segmenter(options.segment));
        try {
          const recordings = await collectRecordings(files, collector, onRead);
          const abnormal = await collectRecordings(abnormalFiles, collector, (done, file) =>
            onRead(files.length + done, file),
          );
          return { ...(await collector.finish()), recordings, abnormal };
        } catch (error) {
          await collector.abandon();
          throw error;
        }
      },
    };
    const report = await withMachineJob<MachineSet, ReturnType<typeof machineReport>>(
      cli,
      job,
      async (set, source, hooks, tell) => {
        for (const line of machineNotices([...set.recordings, ...set.abnormal])) await tell(line);
        const fitted = await fitMachine(set, source, {
          ...{ ...options, parent, ...hooks },
          abnormal: set.abnormal,
        });
        fitted.model.dispose();
        await writeModelDirectory(out, fitted.artefact);
        return machineReport(fitted, out);
      },
    );
    if (json) await cli.stdout.json(report.json);
    else await cli.stdout.write(report.text);
  } finally {
    parent?.model.dispose();
  }
}

/** @throws PlantsenseError USAGE_INVALID when there is none that the rule takes, or a recording is both */
function checkAbnormal(normal: readonly string[], abnormal: readonly string[], rule: string): void {
  if (rule === 'sensitivity' && abnormal.length === 0)
    throw new PlantsenseError(
      'USAGE_INVALID',
      'A sensitivity is told by recordings of something abnormal: give --abnormal.',
    );
  const known = new Set(normal.map(file => resolve(file)));
  const both = abnormal.find(file => known.has(resolve(file)));
  if (both !== undefined)
    throw new PlantsenseError('USAGE_INVALID', `${both} can't be normal and abnormal at once.`);
}
