import { once } from 'node:events';
import { type Command, InvalidArgumentError } from 'commander';
import type { Problem } from '../topology/problem.js';
import type { RunningTopology } from '../topology/running.js';
import type { Cli } from './cli.js';
import { readTopology, type StoreFlags } from './connection.js';
import { type JsonOption, newCommand } from './new-command.js';
import { readVersion } from './version.js';

interface Flags extends JsonOption, Omit<StoreFlags, 'topology'> {
  readonly broker?: string;
  readonly stage?: readonly string[];
  readonly untilCaughtUp: boolean;
}

export function runCommand(cli: Cli): Command {
  return newCommand(
    'run',
    'Run the stages of a topology until Ctrl-C or SIGTERM: the first lets them finish and commit what they hold, the second stops at once, and nothing is lost either way. Logs go to standard error.',
    'run topologies/noise-clustering.yaml --broker kafka://kafka-1:9092 --stage listen,assign',
  )
    .argument('<topology>', 'topology file')
    .option('--broker <address>', 'instead of the file: embedded, or kafka://host:port,host:port')
    .option('--store <address>', 'instead of the file: embedded, or http://host:port')
    .option('--data-dir <dir>', 'instead of the file: directory of what is embedded, models and clips')
    .option('--stage <names>', 'only these stages, separated by commas', parseStages)
    .option('--until-caught-up', 'end when everything that the topics hold is processed', false)
    .action((path: string, flags: Flags) => runTopology(cli, path, flags));
}

async function runTopology(cli: Cli, path: string, flags: Flags): Promise<void> {
  const { startTopology } = await import('../topology/running.js');
  const { createLog } = await import('../telemetry/log.js');
  const { stage: stages, untilCaughtUp, json } = flags;
  const log = createLog({
    level: cli.env.PLANTSENSE_DEBUG === '1' ? 'debug' : 'info',
    ...(json ? { format: 'json' } : {}),
  });
  const { topology, warnings } = await readTopology(cli, path, flags);
  await printWarnings(cli, path, warnings, json);
  const running = await startTopology({ topology, log, version: readVersion(), ...(stages && { stages }) });
  const { httpUrl, storeUrl } = running;
  log.info({ http: httpUrl, store: storeUrl, stages: [...running.stages.keys()] }, `${topology.name} runs.`);
  let waiting: readonly string[] = [];
  try {
    await Promise.race([
      running.done,
      untilCaughtUp ? running.untilCaughtUp(cli.signal) : stopped(cli.signal),
    ]);
    waiting = waitingStages(running);
    if (cli.signal.aborted) log.info('Finishing and committing what was begun.');
  } finally {
    await running.stop();
  }
  if (!untilCaughtUp) return;
  cli.signal.throwIfAborted();
  if (json) return cli.stdout.json({ topology: topology.name, caughtUp: true, waiting });
  const rest = waiting.length > 0 ? ` ${waiting.join(', ')} waits for a first model.` : '';
  await cli.stdout.line(`${topology.name} has caught up.${rest}`);
}

/** What `lint` warns of, as `lint` prints it; it keeps nothing from running. */
async function printWarnings(
  { stderr }: Cli,
  file: string,
  warnings: readonly Problem[],
  json: boolean,
): Promise<void> {
  const { formatProblem } = await import('../topology/problem.js');
  for (const warning of warnings) {
    if (json) await stderr.jsonLine({ warning: { file, ...warning } });
    else await stderr.line(formatProblem(file, warning));
  }
}

/** Stages that have input which must wait for something else. */
function waitingStages({ stages }: RunningTopology): string[] {
  return [...stages].filter(([, { waiting }]) => waiting).map(([name]) => name);
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

function parseStages(text: string): readonly string[] {
  const names = text.split(',').map(name => name.trim());
  if (names.some(name => name === ''))
    throw new InvalidArgumentError('It must be names of stages, separated by commas.');
  return names;
}
