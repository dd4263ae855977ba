import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Broker } from '../broker/port.js';
import type { ImageFrame } from '../records/types.js';
import type { ImageFile } from '../stages/find-images.js';
import type { Cli } from './cli.js';
import { type BrokerFlags, readConnection, withBroker, withBrokerOptions } from './connection.js';
import { decimalNumber, type JsonOption, newCommand, parsed, timeUs } from './new-command.js';
import { Progress } from './progress.js';
import { speedOption } from './speed-option.js';

interface ImagesFlags extends JsonOption, BrokerFlags {
  readonly sensor: string;
  readonly topic: string;
  readonly rate: number;
  readonly speed: number;
  readonly startTime?: number;
  readonly nearLabel?: string;
  readonly nearLabels?: string;
  readonly end: boolean;
  readonly names?: string;
}

export function sendImagesCommand(cli: Cli): Command {
  const command = newCommand(
    'images',
    'Send pictures of one camera, the files as they are, as one stream. All files are read before the first is sent.',
    'send images strip-7/ --sensor cam-1 --near-labels folders',
  )
    .argument('<path...>', 'JPEG, PNG, TIFF or BMP files, or directories that hold some')
    .requiredOption('--sensor <id>', 'the camera that the pictures are of')
    .option('--topic <topic>', 'where to send them', 'image.raw')
    .option('--near-label <label>', 'what the plant already says of all of them: a suspected label')
    .option(
      '--near-labels <file>',
      '`folders`: each is labelled by the folder that it lies in, below those that are named; or a CSV file with the columns path and near_label',
    )
    .addOption(parsed('--rate <hz>', 'pictures a second, in event time', decimalNumber(0.0001, 10_000), '1'))
    .addOption(speedOption())
    .addOption(
      parsed(
        '--start-time <time>',
        'event time of the first picture, ISO 8601; without it the last one is of now',
        timeUs,
      ),
    )
    .option('--no-end', 'leave the stream open, as a camera that is still running')
    .option(
      '--names <file>',
      'where to write which picture has which frame id (.csv): with a column label more, `label image --from-file` takes it',
    );
  return withBrokerOptions(command).action((paths: string[], flags: ImagesFlags) =>
    sendFiles(cli, paths, flags),
  );
}

async function sendFiles(cli: Cli, paths: readonly string[], flags: ImagesFlags): Promise<void> {
  const { findImages } = await import('../stages/find-images.js');
  const { measureImages, sendImages } = await import('../stages/send-images.js');
  const { ensureTopic } = await import('../topology/ensure-topic.js');
  const { exponentialBackoff } = await import('../stream/retry.js');
  const { checkOutput } = await import('./check-output.js');
  const { sensor, topic, rate: rateHz, speed, end: endOfStream, names, json } = flags;
  const topology = await readConnection(cli, flags);
  const files = await findImages(paths);
  if (names !== undefined)
    await checkOutput(
      names,
      files.map(({ path }) => path),
      '--names',
    );
  const nearLabels = await nearLabelsOf(files, flags);
  const streamId = randomUUID();
  const named: SentPicture[] = [];
  const progress = new Progress(cli.stderr, 'reading');
  const { sent, startTimeUs } = await withBroker(cli, topology, async broker => {
    await ensureTopic(broker, topology, topic);
    const pictures = await measureImages(
      files.map(({ path }) => path),
      nearLabels,
      await maxMessageBytes(broker, topic),
      done => progress.show(done, files.length),
    );
    progress.end();
    const sending = new Progress(cli.stderr, 'sending');
    const lastUs = ((files.length - 1) * 1e6) / rateHz;
    const startTimeUs = flags.startTime ?? Math.round(1000 * Date.now() + lastUs / speed - lastUs);
    const sent = await sendImages(await broker.producer(), pictures, {
      ...{ topic, sensor, streamId, startTimeUs, rateHz, speed, endOfStream },
      clock: { nowMs: () => performance.now(), wait: exponentialBackoff.wait },
      signal: cli.signal,
      onSent: ({ frameId, frameIndex, timeUs }, { path, nearLabel }) => {
        named.push({ frameId, timeUs, path, nearLabel });
        sending.show(frameIndex + 1, files.length, path);
      },
    }).finally(() => sending.end());
    return { sent, startTimeUs };
  }).finally(async () => {
    progress.end();
    // Also when it was stopped: what was sent is in the topic.
    if (names !== undefined && named.length > 0) await writeNames(names, named);
  });
  cli.signal.throwIfAborted();
  if (json) return cli.stdout.json({ topic, sensor, streamId, startTimeUs, rateHz, images: sent });
  const start = new Date(startTimeUs / 1000).toISOString();
  await cli.stdout.line(`${sent} pictures to ${topic}, from ${start}, stream ${streamId}`);
}

interface SentPicture extends Pick<ImageFrame, 'frameId' | 'timeUs' | 'nearLabel'> {
  readonly path: string;
}

/** Ids are random, and nothing else says which file became which frame. */
async function writeNames(file: string, pictures: readonly SentPicture[]): Promise<void> {
  const { csvLine } = await import('../csv.js');
  const { writeBytes } = await import('../files.js');
  const lines = pictures.map(({ frameId, timeUs, path, nearLabel }) =>
    csvLine([frameId, path, new Date(timeUs / 1000).toISOString(), nearLabel]),
  );
  const table = [csvLine(['id', 'path', 'time', 'near_label']), ...lines].join('');
  await writeBytes(file, Buffer.from(table));
}

/** Of each file. @throws PlantsenseError USAGE_INVALID, CSV_INVALID, NEAR_LABELS_INVALID */
async function nearLabelsOf(
  files: readonly ImageFile[],
  { nearLabel, nearLabels }: ImagesFlags,
): Promise<readonly (string | null)[]> {
  if (nearLabels === undefined) return files.map(() => nearLabel ?? null);
  const { PlantsenseError } = await import('../errors.js');
  if (nearLabel !== undefined)
    throw new PlantsenseError('USAGE_INVALID', 'Give --near-label or --near-labels, not both.');
  if (nearLabels === 'folders') {
    if (files.some(({ folder }) => folder !== null)) return files.map(({ folder }) => folder);
    throw new PlantsenseError(
      'USAGE_INVALID',
      '--near-labels folders: no image lies in a folder below those that are named.',
    );
  }
  const { parseNearLabels } = await import('../lifecycle/image-grouping/near-labels.js');
  const { readBytes } = await import('../files.js');
  const text = new TextDecoder().decode(await readBytes(nearLabels));
  return parseNearLabels(
    text,
    files.map(({ path }) => path),
  );
}

/** What the topic takes, a broker's default where it does not say. */
async function maxMessageBytes({ admin }: Broker, topic: string): Promise<number> {
  return (await admin.describeTopic(topic))?.maxMessageBytes ?? 1_048_576;
}
