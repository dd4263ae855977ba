import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { describeKafka } from '../kafka/describe-kafka.js';
import { type Dump, dumpTables, rowCount } from '../support/dump-tables.js';
import { plantLog } from '../support/plant-log.js';
import {
  dataDirectories,
  installModel,
  type LearntModel,
  learntModel,
  renewTopics,
  running,
  sendAll,
} from '../support/running.js';
import { type TopologyChanges, topologyYaml } from '../support/topology.js';
import { useKafka } from '../support/use-kafka.js';

/** Ten kills: each moment inside insert and inside commit, one after a send, and some at any time. */
type Kill =
  | { readonly at: 'any'; readonly afterMs: number; readonly who: 'process' | 'group' }
  | {
      readonly at: 'moment';
      readonly inside: 'insert' | 'commit' | 'send';
      readonly when: 'before' | 'sent' | 'answered';
      readonly of: string;
      readonly nth: number;
      readonly who: 'process' | 'group';
    };

function tenKills(random: Random): Kill[] {
  const nth = () => 1 + random.int(3);
  const kills: Kill[] = [
    { at: 'moment', inside: 'insert', when: 'sent', of: 'levels', nth: nth(), who: 'process' },
    { at: 'moment', inside: 'insert', when: 'sent', of: '', nth: nth(), who: 'group' },
    { at: 'moment', inside: 'insert', when: 'answered', of: '', nth: nth(), who: 'process' },
    { at: 'moment', inside: 'commit', when: 'before', of: 'store', nth: nth(), who: 'process' },
    { at: 'moment', inside: 'commit', when: 'sent', of: 'store', nth: nth(), who: 'group' },
    { at: 'moment', inside: 'commit', when: 'answered', of: 'store', nth: nth(), who: 'process' },
    { at: 'moment', inside: 'commit', when: 'sent', of: 'listen', nth: 1, who: 'process' },
    { at: 'moment', inside: 'send', when: 'answered', of: 'noise.levels', nth: nth(), who: 'process' },
    { at: 'any', afterMs: 50 + random.int(400), who: 'process' },
    { at: 'any', afterMs: 50 + random.int(400), who: 'group' },
  ];
  return random.shuffle(kills);
}

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
    const dataDir = await directory();
    undisturbed = await running({ dataDir, ...STEPS }, async topology => {
      await sendAll(topology.broker, 'audio.raw', LOG);
      await topology.untilCaughtUp(AbortSignal.timeout(CAUGHT_UP_MS));
      model = await learntModel(topology.broker, dataDir);
      return dumpTables(topology.store, { withoutSource: true });
    });
    expect(rowCount(undisturbed, 'events')).toBeGreaterThan(10);
  });

  it('on the embedded broker', async () => {
    const dataDir = await directory();
    const changes = { dataDir, ...STEPS };
    // The input is there before the first run.
    await running(
      changes,
      async topology => {
        await installModel(model, topology.broker, dataDir);
        await sendAll(topology.broker, 'audio.raw', LOG);
      },
      { stages: [] },
    );
    await runThroughKills(changes, tenKills(new Random(SEED)));
    expect(await rowsIn(changes)).toEqual(undisturbed);
  }, 240_000);

  describeKafka('on Kafka', () => {
    const kafka = useKafka();

    it('with the log and the commits there', async () => {
      const dataDir = await directory();
      const changes = { dataDir, kafka: kafka.bootstrap, ...STEPS };
      await renewTopics(kafka.broker, changes);
      await installModel(model, kafka.broker, dataDir);
      await sendAll(kafka.broker, 'audio.raw', LOG);
      await runThroughKills(changes, tenKills(new Random(SEED + 1000)));
      expect(await rowsIn(changes)).toEqual(undisturbed);
    }, 240_000);
  });
});

/** Runs the topology in a process of its own, again and again: killed each time, and at last to the end. */
async function runThroughKills(changes: TopologyChanges, kills: readonly Kill[]): Promise<void> {
  const yaml = join(changes.dataDir, 'topology.yaml');
  await writeFile(yaml, topologyYaml(changes));
  for (const kill of kills) {
    expect(await runInProcess(yaml, kill), `the end of a run with ${JSON.stringify(kill)}`).toBe('SIGKILL');
  }
  expect(await runInProcess(yaml, null)).toBe(0);
}

/** @returns the exit code, or the signal that ended it */
async function runInProcess(yaml: string, kill: Kill | null): Promise<number | string> {
  const script = fileURLToPath(new URL('run-and-die.mjs', import.meta.url));
  const plan = { sessionTimeoutMs: SESSION_TIMEOUT_MS, moment: kill?.at === 'moment' ? kill : null };
  // The leader of a process group of its own, which its store's process belongs to.
  const child = spawn(process.execPath, [script, yaml, JSON.stringify(plan)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  const hung = setTimeout(() => process.kill(-child.pid!, 'SIGTERM'), CAUGHT_UP_MS);
  if (kill?.at === 'any') {
    await Promise.race([once(child.stdout, 'data'), ended]);
    await sleep(kill.afterMs);
    process.kill(kill.who === 'group' ? -child.pid! : child.pid!, 'SIGKILL');
  }
  const [code, signal] = await ended;
  clearTimeout(hung);
  return code ?? signal!;
}

/** What the store in a data directory holds. */
function rowsIn({ dataDir }: TopologyChanges): Promise<Dump> {
  return running({ dataDir }, topology => dumpTables(topology.store, { withoutSource: true }), {
    stages: [],
  });
}
