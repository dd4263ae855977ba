import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { Cli } from './cli.js';
import { type BrokerFlags, readConnection, withBroker, withBrokerOptions } from './connection.js';
import {
  decimalNumber,
  type JsonOption,
  newCommand,
  newGroup,
  parsed,
  timeUs,
  wholeNumber,
} from './new-command.js';
import { Progress } from './progress.js';
import { sendImagesCommand } from './send-images.js';
import { speedOption } from './speed-option.js';

interface AudioFlags extends JsonOption, BrokerFlags {
  readonly sensor: string;
  readonly topic: string;
  readonly speed: number;
  readonly chunkMs: number;
  readonly startTime?: number;
  readonly calibrationDbSpl?: number;
  readonly end: boolean;
}

export function sendCommand(cli: Cli): Command {
  return newGroup('send', 'Send recordings or pictures to a topic, as a recorder or a camera would.', [
    audioCommand(cli),
    sendImagesCommand(cli),
  ]);
}

function audioCommand(cli: Cli): Command {
  const command = newCommand(
    'audio',
    'Send recordings as audio chunks of one sensor. Each file is a stream of its own, one after the other in time, and ends with an end-of-stream chunk, which closes what is open. All files are read before the first chunk is sent.',
    'send audio press-1.wav press-2.flac --sensor mic-press-2 --speed realtime',
  )
    .argument('<file...>', 'WAV, FLAC or Ogg Vorbis files; several channels become their mean')
    .requiredOption('--sensor <id>', 'the microphone that the recordings are of')
    .option('--topic <topic>', 'where to send them', 'audio.raw')
    .addOption(speedOption())
    .addOption(parsed('--chunk-ms <ms>', 'length of a chunk', wholeNumber(1, 60_000), '1000'))
    .addOption(
      parsed(
        '--start-time <time>',
        'event time of the first sample, ISO 8601; without it the last sample is of now',
        timeUs,
      ),
    )
    .addOption(
      parsed('--calibration-db-spl <db>', 'calibration that the chunks carry', decimalNumber(0, 250)),
    )
    .option('--no-end', 'leave the streams open, as a recorder that is still running');
  return withBrokerOptions(command).action((files: string[], flags: AudioFlags) =>
    sendFiles(cli, files, flags),
  );
}

async function sendFiles(cli: Cli, files: readonly string[], flags: AudioFlags): Promise<void> {
  const { measureRecordings, sendRecordings } = await import('../stages/send-recordings.js');
  const { ensureTopic } = await import('../topology/ensure-topic.js');
  const { exponentialBackoff } = await import('../stream/retry.js');
  const { sensor, topic, speed, chunkMs, calibrationDbSpl = null, end: endOfStream, json } = flags;
  const topology = await readConnection(cli, flags);
  const recordings = await measureRecordings(files);
  const totalSecs = recordings.reduce((sum, { durationSecs }) => sum + durationSecs, 0);
  const endMs = Date.now() + (1000 * totalSecs) / speed;
  const startTimeUs = flags.startTime ?? Math.round(1000 * (endMs - 1000 * totalSecs));
  const progress = new Progress(cli.stderr, 'sending');
  const streams = await withBroker(cli, topology, async broker => {
    await ensureTopic(broker, topology, topic);
    return sendRecordings(await broker.producer(), recordings, {
      ...{ topic, sensor, speed, chunkMs, calibrationDbSpl, endOfStream, startTimeUs },
      clock: { nowMs: () => performance.now(), wait: exponentialBackoff.wait },
      signal: cli.signal,
      newStreamId: randomUUID,
      onProgress: (sentSecs, { file }) => progress.show(sentSecs, totalSecs, file),
    });
  }).finally(() => progress.end());
  if (json) return cli.stdout.json({ topic, sensor, streams });
  for (const { file, chunks, durationSecs, startTimeUs: startUs, streamId } of streams) {
    const start = new Date(startUs / 1000).toISOString();
    await cli.stdout.line(
      `${file}: ${chunks} chunks, ${durationSecs.toFixed(3)} s from ${start}, stream ${streamId}`,
    );
  }
}
