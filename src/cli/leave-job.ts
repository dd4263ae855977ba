import { mayPass, type TrainingJob } from '../lifecycle/training-job.js';
import type { Cli } from './cli.js';
import type { Progress } from './progress.js';

/** Leaves the job of a training that `error` has ended; where the same command can go on with it, says so. */
export async function leaveJob(
  cli: Cli,
  job: Pick<TrainingJob, 'leave'>,
  progress: Progress,
  error: unknown,
): Promise<void> {
  progress.end();
  const goesOn = await job.leave(cli.signal.aborted || mayPass(error));
  if (goesOn) await cli.stderr.line('What was learnt is kept: the same command goes on with it.');
}
