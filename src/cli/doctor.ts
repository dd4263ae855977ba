import type { Command } from 'commander';
import type { Cli } from './cli.js';
import { type BrokerFlags, quietLog, readConnection, type StoreFlags, withDataDir } from './connection.js';
import { EXIT } from './exit-code.js';
import { type JsonOption, newCommand } from './new-command.js';

type Flags = JsonOption & BrokerFlags & StoreFlags;

const MARKS = { ok: '✓', warning: '!', failed: '✗' } as const;

export function doctorCommand(cli: Cli): Command {
  const command = newCommand(
    'doctor',
    'See what works on this machine and what does not, and what to do about it. Exits with 1 when something fails.',
    'doctor --broker kafka://kafka-1:9092 --store http://clickhouse:8123',
  )
    .option('-t, --topology <file>', 'look at what this topology needs')
    .option('--broker <address>', 'embedded, or kafka://host:port,host:port')
    .option('--store <address>', 'embedded, or http://host:port');
  return withDataDir(command).action(async (flags: Flags) => {
    const { examine } = await import('../topology/doctor/examine.js');
    const topology = await readConnection(cli, flags);
    const checks = [];
    const report = (line: string) => void cli.stderr.line(line);
    for await (const check of examine(topology, await quietLog(cli), report)) {
      cli.signal.throwIfAborted();
      checks.push(check);
      if (check.status === 'failed') cli.exitCode = EXIT.failed;
      if (flags.json) continue;
      await cli.stdout.line(`${MARKS[check.status]} ${`${check.name}:`.padEnd(19)} ${check.detail}`);
      if (check.action) await cli.stdout.line(`${' '.repeat(22)}${check.action}`);
    }
    if (flags.json) await cli.stdout.json({ ok: cli.exitCode === EXIT.ok, checks });
  });
}
