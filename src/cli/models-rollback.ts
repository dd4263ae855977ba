import type { Command } from 'commander';
import type { Cli } from './cli.js';
import { readConnection, withExistingBroker } from './connection.js';
import { eventTime, modelsTopicFor, readAllAnnouncements, whomOf } from './known-models.js';
import { type ScopeFlags, scopeOf, withScopeOptions } from './models-options.js';
import { newCommand, parsed, timeUs } from './new-command.js';

interface Flags extends ScopeFlags {
  readonly activeFrom?: number;
  readonly reason: string;
}

export function rollBackModelCommand(cli: Cli): Command {
  const command = newCommand(
    'rollback',
    "Retire the model version that is used, so that the one before it is used again; before the first of a machine's own that is the one for all machines. Running topologies follow at once.",
    'models rollback --sensor press-7 --reason "hears the new conveyor as a fault"',
  )
    .addOption(
      parsed('--active-from <time>', 'event time from which it holds, ISO 8601; now without it', timeUs),
    )
    .option('--reason <sentence>', 'why, for the record', 'Rolled back by hand.');
  return withScopeOptions(command, 'of this machine; without it, of those for all').action((flags: Flags) =>
    rollBackModel(cli, flags),
  );
}

async function rollBackModel(cli: Cli, flags: Flags): Promise<void> {
  const { rollBack } = await import('../lifecycle/announce-model.js');
  const { EntityModels } = await import('../lifecycle/entity-models.js');
  const { publishAnnouncement } = await import('../stages/announcements.js');
  const { reason, activeFrom: activeFromUs = Date.now() * 1000, json } = flags;
  const topology = await readConnection(cli, flags);
  const { retired, active } = await withExistingBroker(cli, topology, async broker => {
    const before = await readAllAnnouncements(cli, broker, topology, flags);
    const { method, entity } = scopeOf(flags, before);
    const announcement = rollBack(before, method, { activeFromUs, reason, entity });
    const topic = await modelsTopicFor(method, topology, flags);
    await publishAnnouncement(await broker.producer(), topic, announcement);
    const after = new EntityModels([...before, announcement], method);
    return { retired: announcement, active: after.activeAt(entity, activeFromUs)! };
  });
  const { method, entity } = retired;
  if (json)
    return cli.stdout.json({
      ...{ method, entity, retired: retired.version, active: active.version, activeFromUs },
    });
  const whom = entity === '' ? '' : ` for ${entity}`;
  const whose = active.entity === entity ? '' : `, for ${whomOf(active)},`;
  await cli.stdout.line(
    `${retired.version} is retired; ${active.version}${whose} is used${whom} from ${eventTime(activeFromUs)} on.`,
  );
}
