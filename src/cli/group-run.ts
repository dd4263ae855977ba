import type { GroupTreeOptions } from '../cluster/grouping/grow-group-tree.js';
import { GroupingDirectory } from '../lifecycle/image-grouping/grouping-directory.js';
import type { GrowthStep, KeptCells } from '../lifecycle/image-grouping/grow-kept-tree.js';
import { type Grouping, writeGrouping } from '../lifecycle/image-grouping/write-grouping.js';
import { readImage } from '../stages/read-image.js';
import { WorkerThread } from '../stream/worker-pool.js';
import type { Cli } from './cli.js';
import { duration } from './duration.js';
import type { GroupRequest } from './group.worker.js';
import { type GroupFlags, treeOptionsOf } from './group-options.js';
import { keyOf, type NamedSubject, openSubject } from './group-subject.js';
import { groupText } from './group-text.js';
import { Progress } from './progress.js';

/**
 * Groups images and writes what came of it.
 * @throws PlantsenseError as `openSubject`, `GroupingDirectory`, `growGroupTree` and `writeGrouping`; the reason of the signal
 */
export async function group(cli: Cli, inputs: readonly string[], flags: GroupFlags): Promise<void> {
  const options = treeOptionsOf(flags);
  const read = await openSubject(cli, inputs, flags);
  const directory = await GroupingDirectory.own(flags.out);
  try {
    const subject = await read(directory);
    const kept = await directory.openCells(keyOf(subject, flags), flags.restart);
    const grouping = await grow(cli, subject, options, kept, directory);
    const written = await write(cli, subject, grouping, flags, directory);
    const { origin, features, nearLabels } = subject;
    if (!flags.json) {
      await cli.stdout.write(groupText(written, subject, flags));
      return;
    }
    const about = {
      origin,
      images: features.rows,
      features: features.cols,
      nearLabels: nearLabels?.names ?? null,
    };
    await cli.stdout.json({ out: flags.out, ...about, ...written });
  } finally {
    await directory.release();
  }
}

/** Grows the tree in a thread, and keeps its cells as they come. */
async function grow(
  cli: Cli,
  { features, nearLabels }: NamedSubject,
  options: Omit<GroupTreeOptions, 'knownCells'>,
  kept: KeptCells,
  directory: GroupingDirectory,
): Promise<Grouping> {
  cli.signal.throwIfAborted();
  const thread = new WorkerThread(import.meta.url, './group.worker');
  const abandon = () => void thread.close();
  cli.signal.addEventListener('abort', abandon, { once: true });
  const progress = new GrowthProgress(cli);
  let keeping: Promise<void> = Promise.resolve();
  try {
    const request: GroupRequest = { features, nearLabels: nearLabels?.ofRows ?? null, options, kept };
    const grouping = await thread.call<Grouping>(request, [], report => {
      const step = report as GrowthStep;
      progress.take(step);
      if (step.type === 'cell') keeping = keeping.then(() => directory.keepCell(step.rowsId, step.cell));
      // A disk that is full ends the work; the failure is thrown where it is waited for.
      keeping.catch(abandon);
    });
    await keeping;
    return grouping;
  } catch (error) {
    progress.end();
    await keeping;
    if (!cli.signal.aborted) throw error;
    await cli.stderr.line(
      `${progress.computed} cells are kept in ${directory.path}: the same command goes on with them.`,
    );
    throw cli.signal.reason;
  } finally {
    progress.end();
    cli.signal.removeEventListener('abort', abandon);
    await thread.close();
  }
}

/** Says which cell it is at, and how long those of this group will take. */
class GrowthProgress {
  readonly #bar: Progress;
  #name = '';
  #cells = 0;
  #known = 0;
  #done = 0;
  #startMs = 0;
  /** Cells that were computed in all. */
  computed = 0;

  constructor(cli: Cli) {
    this.#bar = new Progress(cli.stderr, 'grouping');
  }

  take(step: GrowthStep): void {
    if (step.type === 'sweep') {
      this.#name = step.path.length === 0 ? '' : `group ${step.path.join('/')}: `;
      this.#cells = step.cells;
      this.#known = step.known;
      this.#done = step.known;
      this.#startMs = performance.now();
      this.#show('');
      return;
    }
    const { algorithm, k } = step.cell;
    if (step.type === 'stability') {
      this.#show(`, how stable ${algorithm} with k = ${k} is`);
      return;
    }
    this.#done++;
    this.computed++;
    const secsEach = (performance.now() - this.#startMs) / 1000 / (this.#done - this.#known);
    const left = this.#cells - this.#done;
    this.#show(`, ${algorithm} with k = ${k}, ${duration(secsEach * left)} left`);
  }

  end(): void {
    this.#bar.end();
  }

  #show(detail: string): void {
    this.#bar.show(this.#done, this.#cells, `${this.#name}${this.#done}/${this.#cells} cells${detail}`);
  }
}

/** Writes the results; sheets of thumbnails where there are images. */
async function write(
  cli: Cli,
  subject: NamedSubject,
  grouping: Grouping,
  flags: GroupFlags,
  directory: GroupingDirectory,
) {
  const { origin, features, paths, nearLabels } = subject;
  const progress = new Progress(cli.stderr, 'thumbnails');
  const failures: string[] = [];
  const known = nearLabels ? `, near-labels ${nearLabels.names.join(', ')}` : '';
  try {
    const written = await writeGrouping(directory, subject, grouping, {
      about: `${origin}: ${features.rows} images, ${features.cols} features${known}.`,
      splitHint: path => `--split ${path}=auto --depth ${Math.max(flags.depth, path.split('/').length + 1)}`,
      thumbnails: paths ? flags.thumbnails : 0,
      read: row => readImage(paths![row]!),
      onSheet: (done, groups, failure) => {
        if (failure) failures.push(`${failure.code}: ${failure.message}`);
        progress.show(done, groups, `${done}/${groups} groups`);
      },
      signal: cli.signal,
    });
    progress.end();
    if (failures.length > 0)
      await cli.stderr.line(`${failures.length} groups have no thumbnails. ${failures[0]}`);
    return written;
  } finally {
    progress.end();
  }
}
