import { Segmenter } from '../audio/segments.js';
import { fitMachine } from '../lifecycle/machine-model/fit-machine.js';
import { MachineModel } from '../lifecycle/machine-model/machine-model.js';
import { SegmentCollector, type SegmentSet } from '../lifecycle/machine-model/segment-set.js';
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

/** What `train machine` does. */
export async function trainMachineModel(
  cli: Cli,
  sources: readonly string[],
  flags: TrainMachineFlags,
): Promise<void> {
  const { out, json, restart, from } = flags;
  const files = await findRecordings(sources);
  const options = fitOptionsOf(flags);
  const artefact = from === undefined ? null : await readModelDirectory(from);
  await openBackend({ report: line => void cli.stderr.line(line) });
  const parent = artefact && { artefact, model: await MachineModel.open(artefact) };
  try {
    const job = {
      ...{ root: jobRoot(out), restart, files: files.length },
      key: [await identityOf(files), options, parent?.model.version ?? null],
      read: async (path: string, onRead: (done: number, file: string) => Promise<void>) => {
        const collector = new SegmentCollector(path, new Segmenter(options.segment));
        try {
          await collectRecordings(files, collector, onRead);
          return await collector.finish();
        } catch (error) {
          await collector.abandon();
          throw error;
        }
      },
    };
    const report = await withMachineJob<SegmentSet, ReturnType<typeof machineReport>>(
      cli,
      job,
      async (set, source, hooks, tell) => {
        for (const line of machineNotices(set.recordings)) await tell(line);
        const fitted = await fitMachine(set, source, { ...options, parent, ...hooks });
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
