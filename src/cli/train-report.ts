import type { Artefact } from '../lifecycle/artefact.js';
import type { DeepDetails, NoiseDetails } from '../lifecycle/noise-details.js';
import type { ModelAnnouncement } from '../records/types.js';
import type { Cli } from './cli.js';
import { formatTable } from './table.js';

/** What came of a training. */
export interface Trained {
  readonly artefact: Artefact;
  readonly announced: { readonly announcement: ModelAnnouncement; readonly modelsTopic: string } | null;
  /** Directory that it was written to; null when it was kept as a version. */
  readonly out: string | null;
}

/** Says what came of a training. */
export async function printTrained(cli: Cli, trained: Trained, json: boolean): Promise<void> {
  if (json) await cli.stdout.json(jsonOf(trained));
  else await cli.stdout.write(textOf(trained));
}

function jsonOf({ artefact, announced, out }: Trained): object {
  const { version, kind, data, indices, parent, details } = artefact.card;
  const { groups, novelty } = details as NoiseDetails;
  return {
    ...{ version, kind, parent, events: data.rows, groups, indices, novelty },
    announcement: announced?.announcement ?? null,
    ...(out === null ? {} : { out }),
  };
}

function textOf({ artefact, announced, out }: Trained): string {
  const { version, kind, data, indices, details } = artefact.card;
  const { groups, novelty } = details as NoiseDetails | DeepDetails;
  const rows = groups.map(({ id, rows: events }) => [
    `${id}`,
    `${events}`,
    `${((100 * events) / data.rows).toFixed(1)} %`,
  ]);
  const shown = Object.entries(SHOWN).filter(([name]) => name in indices);
  return [
    `${version}: ${kind}, ${groups.length} groups of ${data.rows} events\n`,
    formatTable(['group', 'events', 'share'], rows),
    `${shown.map(([name, words]) => `${words} ${show(indices[name])}`).join(', ')}\n`,
    'provisional' in novelty && novelty.provisional
      ? `What is novel is provisional: only ${novelty.heldOutEvents} held-out events tell it.\n`
      : '',
    whereTo(announced, out),
  ].join('');
}

/** Indices for people, by their name in the card. */
const SHOWN = {
  stability: 'stability',
  latentStability: 'stability of the latents',
  heldOutLogLikelihood: 'held-out log-likelihood',
  silhouette: 'silhouette',
};

function whereTo(announced: Trained['announced'], out: string | null): string {
  if (out !== null) return `Written to ${out}.\n`;
  if (!announced) return 'Not announced.\n';
  const { announcement, modelsTopic } = announced;
  const { activeFromUs } = announcement;
  const since =
    activeFromUs === 0 ? 'all events' : `events from ${new Date(activeFromUs / 1000).toISOString()}`;
  return `Announced on ${modelsTopic}, for ${since}.\n`;
}

function show(index: number | null | undefined): string {
  return typeof index === 'number' ? index.toFixed(3) : 'undefined';
}
