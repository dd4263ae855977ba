import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Broker } from '../../src/broker/port.js';
import { Random } from '../../src/random.js';
import { openBroker } from '../../src/topology/open-engines.js';
import { groupName } from '../../src/topology/topology.js';
import { describeKafka } from '../kafka/describe-kafka.js';
import { type Dump, dumpTables, rowCount } from '../support/dump-tables.js';
import { FEATURE_GARBAGE, plantLog } from '../support/plant-log.js';
import {
  dataDirectories,
  installModel,
  type LearntModel,
  learntModel,
  renewTopics,
  running,
  sendAll,
  testLog,
  untilCaughtUp,
} from '../support/running.js';
import { type TopologyChanges, topologyOf, topologyYaml } from '../support/topology.js';
import { useKafka } from '../support/use-kafka.js';
import { expectDiedInside, type Moment, type Note } from './died-inside.js';

/** A kill at a planned moment, or from outside some time after the start. `group`: the store's process dies as well. */
type Kill = { readonly who: 'process' | 'group' } & (Moment | { readonly afterMs: number });

/**
 * Ten of them: at each moment inside an insert and inside a commit, one after a send, and some at any time. Those in the
 * listening stage come first: it is done with the whole input before the store is.
 */
function tenKills(random: Random): Kill[] {
  const nth = () => 1 + random.int(2);
  const listening: Kill[] = [
    { inside: 'commit', when: 'sent', of: 'listen', nth: 1, who: 'process' },
    { inside: 'send', when: 'answered', of: 'noise.levels', nth: 1, who: 'process' },
  ];
  const storing: Kill[] = [
    { inside: 'insert', when: 'sent', of: 'levels', nth: nth(), who: 'process' },
    { inside: 'insert', when: 'sent', of: '', nth: nth(), who: 'group' },
    { inside: 'insert', when: 'answered', of: '', nth: nth(), who: 'process' },
    { inside: 'commit', when: 'before', of: 'store', nth: nth(), who: 'process' },
    { inside: 'commit', when: 'sent', of: 'store', nth: nth(), who: 'group' },
    { inside: 'commit', when: 'answered', of: 'store', nth: nth(), who: 'process' },
    { afterMs: 50 + random.int(400), who: 'process' },
    { afterMs: 50 + random.int(400), who: 'group' },
  ];
  return [...random.shuffle(listening), ...random.shuffle(storing)];
}

/** Another order and other moments of the kills: `FAULTS_SEED=n`. */
const SEED = 1 + (Number(process.env.FAULTS_SEED) || 0);
const LOG = plantLog();
const CAUGHT_UP_MS = 60_000;
const SESSION_TIMEOUT_MS = 1_500;
/** Small steps, so that there is always a next one to be killed in. */
const STEPS = { flushSecs: 0.05, runtime: { commit_interval_ms: 20, credit_bytes: 262_144 } };

describe('after ten kills the store holds exactly the rows of an undisturbed run', () => {
  const directory = dataDirectories('file');
  let model: LearntModel;
  let undisturbed: Dump;

  beforeAll(async () => {
    // The processes run from the build, which must be of the same source as this one.
    execFileSync(process.execPath, [fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))]);
    const dataDir = await directory();
    undisturbed = await running({ dataDir, ...STEPS }, async topology => {
      await sendInput(topology.broker);
      await untilCaughtUp(topology, CAUGHT_UP_MS);
      model = await learntModel(topology.broker, dataDir);
      return dumpTables(topology.store, { afterCrash: true });
    });
    for (const table of ['events', 'levels', 'levels_1m', 'levels_1h', 'assignments', 'dead_letters'])
      expect(rowCount(undisturbed, table), table).toBeGreaterThan(0);
  });

  it('on the embedded broker', async () => {
    const dataDir = await directory();
    const changes = { dataDir, ...STEPS };
    // The input is there before the first run.
    await running(
      changes,
      async topology => {
        await installModel(model, topology.broker, dataDir);
        await sendInput(topology.broker);
      },
      { stages: [] },
    );
    const lookAtLog = async (look: (broker: Broker) => Promise<void>) => {
      const { broker, close } = await openBroker(topologyOf(topologyYaml(changes)), 'own', testLog);
      await look(broker).finally(close);
    };
    await runThroughKills(changes, tenKills(new Random(SEED)), lookAtLog);
    expect(await rowsIn(changes)).toEqual(undisturbed);
  }, 240_000);

  describeKafka('on Kafka', () => {
    const kafka = useKafka();

    it('with the log and the commits there', async () => {
      const dataDir = await directory();
      const changes = { dataDir, kafka: kafka.bootstrap, ...STEPS };
      await renewTopics(kafka.broker, changes);
      await installModel(model, kafka.broker, dataDir);
      await sendInput(kafka.broker);
      await runThroughKills(changes, tenKills(new Random(SEED + 1000)), look => look(kafka.broker));
      expect(await rowsIn(changes)).toEqual(undisturbed);
    }, 240_000);
  });
});

async function sendInput(broker: Broker): Promise<void> {
  await sendAll(broker, 'features.noise', FEATURE_GARBAGE);
  await sendAll(broker, 'audio.raw', LOG);
}

/**
 * Runs the topology in a process of its own, again and again: killed each time, and at last to the end. After each kill
 * at a planned moment, looks whether the process was there.
 */
async function runThroughKills(
  changes: TopologyChanges,
  kills: readonly Kill[],
  lookAtLog: (look: (broker: Broker) => Promise<void>) => Promise<void>,
): Promise<void> {
  const yaml = join(changes.dataDir, 'topology.yaml');
  writeFileSync(yaml, topologyYaml(changes));
  const storeGroup = groupName(topologyOf(topologyYaml(changes)), 'store');
  for (const kill of kills) {
    const { end, note } = await runInProcess(yaml, kill);
    expect(end, `the end of a run with ${JSON.stringify(kill)}`).toBe('SIGKILL');
    if ('inside' in kill) await lookAtLog(broker => expectDiedInside(kill, note, broker, storeGroup));
  }
  expect((await runInProcess(yaml, null)).end).toBe(0);
}

/** @returns the exit code, or the signal that ended it; and what it noted before it killed itself */
async function runInProcess(
  yaml: string,
  kill: Kill | null,
): Promise<{ readonly end: number | string; readonly note: Note | null }> {
  const script = fileURLToPath(new URL('run-and-die.mjs', import.meta.url));
  const noteFile = `${yaml}.note`;
  rmSync(noteFile, { force: true });
  const moment = kill && 'inside' in kill ? kill : null;
  const plan = { sessionTimeoutMs: SESSION_TIMEOUT_MS, moment, note: noteFile };
  // The leader of a process group of its own, which its store's process belongs to.
  const child = spawn(process.execPath, [script, yaml, JSON.stringify(plan)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  const hung = setTimeout(() => process.kill(-child.pid!, 'SIGTERM'), CAUGHT_UP_MS);
  if (kill && 'afterMs' in kill) {
    await Promise.race([once(child.stdout, 'data'), ended]);
    await sleep(kill.afterMs);
    process.kill(kill.who === 'group' ? -child.pid! : child.pid!, 'SIGKILL');
  }
  const [code, signal] = await ended;
  clearTimeout(hung);
  const note = moment && signal === 'SIGKILL' ? (JSON.parse(readFileSync(noteFile, 'utf8')) as Note) : null;
  return { end: code ?? signal!, note };
}

/** What the store in a data directory holds. */
function rowsIn({ dataDir }: TopologyChanges): Promise<Dump> {
  return running({ dataDir }, topology => dumpTables(topology.store, { afterCrash: true }), { stages: [] });
}
