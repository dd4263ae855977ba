import { TrainingJob } from '../training-job.js';

/** Takes a training job, says so, and keeps it until it is killed. */

const [directory] = process.argv.slice(2);
await TrainingJob.own(directory!);
process.send!('owned');
setInterval(() => {}, 1000);
