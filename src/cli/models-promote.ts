import type { Command } from 'commander';
import type { Artefact } from '../lifecycle/artefact.js';
import type { ModelStore } from '../lifecycle/model-store.js';
import type { Promotion } from '../lifecycle/promote-model.js';
import type { Cli } from './cli.js';
import { readConnection, withBroker } from './connection.js';
import { eventTime, modelsTopicFor, openModelStore, whomOf } from './known-models.js';
import { type ModelsFlags, withModelsOptions } from './models-options.js';
import { newCommand, parsed, timeUs } from './new-command.js';

interface Flags extends ModelsFlags {
  readonly sensor?: string;
  readonly activeFrom?: number;
  readonly reason: string;
}

const ABOUT = `Put a model into use: one that was written to a directory, which is kept in the data directory then, or a version that is there already. It is opened first, and nothing is announced of one that is damaged, or that takes other tensors than the topology (--topology) makes. Running topologies switch to it at once.`;

export function promoteModelCommand(cli: Cli): Command {
  const command = newCommand('promote', ABOUT, 'models promote models/press-7 --sensor press-7')
    .argument(
      '<model>',
      'directory of a model, of `train --out` or `bench machine`, or a version of `models list`',
    )
    .option('--sensor <id>', 'the machine that it is for; without it, for all that have none of their own')
    .addOption(
      parsed(
        '--active-from <time>',
        'event time from which it is used, ISO 8601; now without it. A first model is used from the beginning.',
        timeUs,
      ),
    )
    .option('--reason <sentence>', 'why, for the record', 'Promoted by hand.');
  return withModelsOptions(command).action((wanted: string, flags: Flags) => promote(cli, wanted, flags));
}

async function promote(cli: Cli, wanted: string, flags: Flags): Promise<void> {
  const { checkModel } = await import('../lifecycle/check-model.js');
  const { saveModel } = await import('../lifecycle/model-store.js');
  const { findModel, promoteModel } = await import('../lifecycle/promote-model.js');
  const { readAnnouncements } = await import('../stages/announcements.js');
  const { announceOn } = await import('../topology/announce-on.js');
  const { checkModelFits } = await import('../topology/check-model-fits.js');
  const { sensor, activeFrom, reason } = flags;
  const topology = await readConnection(cli, flags);
  const store = await openModelStore(topology);
  const artefact = await findModel(store, wanted);
  const { groups, featureSet } = await checkModel(artefact);
  checkModelFits(topology, artefact.card, featureSet);
  const topic = await modelsTopicFor(artefact.card.method, topology, flags);
  const promotion = await withBroker(cli, topology, async broker => {
    const before = await readAnnouncements(broker, topic, cli.signal);
    const promoted = promoteModel(before, artefact, groups, {
      ...{ entity: sensor ?? '', activeFromUs: activeFrom, nowUs: Date.now() * 1000, reason },
    });
    await saveModel(store, artefact);
    await announceOn(broker, topology, topic, promoted.announcement);
    return promoted;
  });
  await report(cli, store, artefact, promotion, { topic, json: flags.json });
}

async function report(
  cli: Cli,
  store: ModelStore,
  { card }: Artefact,
  { announcement, replaced }: Promotion,
  { topic, json }: { readonly topic: string; readonly json: boolean },
): Promise<void> {
  const { isOfOneLine } = await import('../lifecycle/model-lineage.js');
  const hasGroups = announcement.groups > 0 && replaced !== null;
  const keepsGroups = hasGroups ? await isOfOneLine(store, card, replaced.version) : null;
  if (json) return cli.stdout.json({ announcement, replaced: replaced?.version ?? null, keepsGroups });
  const { version, method, kind, activeFromUs } = announcement;
  await cli.stdout.line(
    `${version} (${method}, ${kind}) is used for ${whomOf(announcement)} from ${eventTime(activeFromUs)} on. ` +
      `${placeOf(announcement, replaced)} Announced on ${topic}.`,
  );
  if (keepsGroups === false)
    await cli.stdout.line(
      `Its groups do not go on from those of ${replaced?.version}: a group of the same number is another one.`,
    );
}

/** What a model takes the place of. */
function placeOf({ version, entity }: Promotion['announcement'], replaced: Promotion['replaced']): string {
  if (!replaced) return 'Nothing was used before.';
  if (replaced.version === version && replaced.entity === entity) return 'It was used before too.';
  const whose = replaced.entity === entity ? '' : `, the model for ${whomOf(replaced)}`;
  return `It replaces ${replaced.version}${whose}.`;
}
