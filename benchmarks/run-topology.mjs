// Runs stages of a topology and answers its parent's questions about itself: node run-topology.mjs TOPOLOGY.yaml STAGE,…
import { readFileSync } from 'node:fs';
import { createLog } from '../dist/telemetry/log.js';
import { lint } from '../dist/topology/lint.js';
import { startTopology } from '../dist/topology/running.js';
import { usage } from './measure.mjs';

const [yaml, stages] = process.argv.slice(2);
const { topology } = lint(readFileSync(yaml, 'utf8'), {});
const log = createLog({ level: 'warn', format: 'pretty' });
const running = await startTopology({
  topology,
  stages: stages.split(','),
  log,
  version: 'benchmark',
  http: false,
});
running.done.catch(error => {
  log.error({ err: error }, 'The topology failed.');
  process.exit(1);
});

process.on('message', async ({ id, question }) => {
  if (question === 'stop') {
    await running.stop();
    process.exit(0);
  }
  if (question === 'caughtUp') await running.untilCaughtUp();
  process.send({ id, usage: usage() });
});
process.on('disconnect', () => process.exit(0));
process.send('running');
