// Runs a topology from the build until it has done all that its inputs hold, or until it is killed: from outside, or by
// itself at a planned moment. It is started by kill.test.ts as the leader of a process group.
//
//   node run-and-die.mjs TOPOLOGY.yaml PLAN.json
import { readFileSync } from 'node:fs';
import { createLog } from '../../dist/telemetry/log.js';
import { lint } from '../../dist/topology/lint.js';
import { startTopology } from '../../dist/topology/running.js';
import { dieAt } from './die-at.mjs';

const [yamlPath, planText] = process.argv.slice(2);
const { topology, problems } = lint(readFileSync(yamlPath, 'utf8'), {});
if (!topology) throw new Error(JSON.stringify(problems));
const { sessionTimeoutMs, moment, note } = JSON.parse(planText);

const running = await startTopology({
  // Shorter than a file may ask for: what a dead member owned is soon given to its successor.
  topology: {
    ...topology,
    runtime: { ...topology.runtime, sessionTimeoutMs, drainDeadlineMs: sessionTimeoutMs / 2 },
  },
  log: createLog({ level: process.env.TEST_LOG ?? 'silent' }),
  version: 'test',
  http: false,
  decorate: engines => (moment ? dieAt(moment, note, engines) : engines),
});
process.stdout.write('running\n');
await running.untilCaughtUp();
await running.stop();
