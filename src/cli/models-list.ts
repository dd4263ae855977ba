import type { Command } from 'commander';
import type { ListedModel } from '../lifecycle/list-models.js';
import type { Cli } from './cli.js';
import { readConnection } from './connection.js';
import { eventTime, readKnownModels } from './known-models.js';
import { methodOf, type ScopeFlags, withScopeOptions } from './models-options.js';
import { newCommand } from './new-command.js';
import { formatTable } from './table.js';

export function listModelsCommand(cli: Cli): Command {
  const command = newCommand(
    'list',
    'List model versions, for which sensors they are, and which of them is used (*).',
    'models list --sensor press-7',
  );
  return withScopeOptions(command, 'only models of this machine, and those for all machines').action(
    async (flags: ScopeFlags) => {
      const { modelsOfSensor } = await import('../lifecycle/list-models.js');
      const method = methodOf(flags);
      const { listed } = await readKnownModels(cli, await readConnection(cli, flags), flags);
      const ofMethod = listed.filter(model => method === undefined || model.method === method);
      const models = flags.sensor === undefined ? ofMethod : modelsOfSensor(ofMethod, flags.sensor);
      if (flags.json) return cli.stdout.json(models);
      await cli.stdout.write(formatTable(HEADERS, models.map(rowOf)) || 'There are no models.\n');
    },
  );
}

const HEADERS = [
  ...['', 'method', 'sensor', 'version', 'state', 'kind'],
  ...['groups', 'active from', 'artefact', 'reason'],
];

function rowOf({ method, entity, version, state, active, stored, announcement }: ListedModel): string[] {
  const everyone = method === 'machine' ? 'all others' : 'all';
  return [
    active ? '*' : '',
    method,
    entity === '' ? everyone : (entity ?? ''),
    version,
    state ?? 'not announced',
    announcement?.kind ?? '',
    `${announcement?.groups || ''}`,
    announcement ? eventTime(announcement.activeFromUs) : '',
    stored ? 'stored' : 'missing',
    announcement?.reason ?? '',
  ];
}
