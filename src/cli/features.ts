import type { Command } from 'commander';
import type { FeatureExtractor } from '../audio/features.js';
import type { SegmentOptions } from '../audio/segments.js';
import { PlantsenseError } from '../errors.js';
import type { Cli } from './cli.js';
import {
  choice,
  decimalNumber,
  type JsonOption,
  newCommand,
  newGroup,
  parsed,
  wholeNumber,
  wordOr,
} from './new-command.js';

interface OutOption extends JsonOption {
  readonly out: string;
}

interface LogMelFlags extends OutOption {
  readonly sampleRate: number;
  readonly duration: number | 'none';
  readonly padding: 'zero' | 'loop';
  readonly nFft: number;
  readonly hop: number;
  readonly nMels: number;
  readonly ref: 'max' | number;
  readonly topDb: number | 'none';
}

interface StftFlags extends OutOption, SegmentOptions {
  readonly sampleRate: number;
}

interface WaveformFlags extends OutOption {
  readonly sampleRate: number;
  readonly duration: number | 'none';
  readonly padding: 'zero' | 'loop';
}

interface LevelsFlags {
  readonly calibrationDbSpl?: number;
  readonly thirdOctaves: boolean;
}

const INPUT = 'a WAV, FLAC or Ogg Vorbis file; several channels become their mean';
const RATES = [1000, 192_000] as const;
const MAX_MELS = 4096;
/** A gigabyte of samples; 3.4 hours at 22.05 kHz. */
const MAX_SAMPLES = 2 ** 28;

export function featuresCommand(cli: Cli): Command {
  return newGroup('features', 'Compute what the methods see of a recording, without any topic.', [
    logMelCommand(cli),
    stftCommand(cli),
    levelsCommand(cli),
    waveformCommand(cli),
  ]);
}

function logMelCommand(cli: Cli): Command {
  return withSource('logmel', 'Log-mel spectrogram, [mels, frames], as the noise method takes it.', '22050')
    .addOption(durationOption('7.5'))
    .addOption(paddingOption())
    .addOption(parsed('--n-fft <samples>', 'length of the window', wholeNumber(2), '2048'))
    .addOption(parsed('--hop <samples>', 'from one window to the next', wholeNumber(1), '512'))
    .addOption(parsed('--n-mels <bands>', 'mel bands (Slaney)', wholeNumber(1, MAX_MELS), '128'))
    .addOption(
      parsed('--ref <power>', 'what is 0 dB: max, or a power', wordOr('max', 'max', decimalNumber(0)), 'max'),
    )
    .addOption(
      parsed(
        '--top-db <db>',
        'values further below the maximum are raised, or none',
        wordOr('none', 'none', decimalNumber(0)),
        '80',
      ),
    )
    .action(async (input: string, flags: LogMelFlags) => {
      const { logMelExtractor } = await import('../audio/features.js');
      const { sampleRate, padding, nFft, hop, nMels, ref, topDb } = flags;
      const extract = logMelExtractor({
        sampleRateHz: sampleRate,
        durationSecs: durationOf(flags),
        padding,
        nFft,
        hop,
        nMels,
        ref,
        topDb: topDb === 'none' ? null : topDb,
      });
      await extractTo(cli, input, extract, flags);
    });
}

function stftCommand(cli: Cli): Command {
  const about =
    'Segments of the magnitude spectrogram, [n, bins, width], as the machine residual takes them.';
  return withSource('stft', about, '16300')
    .addOption(parsed('--n-fft <samples>', 'length of the window', wholeNumber(2), '2048'))
    .addOption(parsed('--overlap <samples>', 'shared by neighbouring windows', wholeNumber(0), '1536'))
    .addOption(parsed('--width <columns>', 'columns of a segment', wholeNumber(1), '32'))
    .addOption(parsed('--step <columns>', 'from one segment to the next', wholeNumber(1), '22'))
    .addOption(
      choice('--normalize <how>', 'mean 0 and variance 1 for each segment', ['segment', 'none'], 'segment'),
    )
    .action(async (input: string, flags: StftFlags) => {
      const { segmentExtractor } = await import('../audio/features.js');
      const { Segmenter } = await import('../audio/segments.js');
      const { sampleRate, nFft, overlap, width, step, normalize } = flags;
      const options = { nFft, overlap, width, step, normalize };
      const { samplesPerSegment } = new Segmenter(options);
      const durationSecs = samplesPerSegment / sampleRate;
      const details = { segment: { samples: samplesPerSegment, durationSecs } };
      const equation = `(${width} - 1) · (${nFft} - ${overlap}) + ${nFft} = ${samplesPerSegment} samples`;
      const note = `A segment is ${equation}, ${durationSecs.toFixed(3)} s.`;
      await extractTo(
        cli,
        input,
        segmentExtractor({ sampleRateHz: sampleRate, ...options }),
        flags,
        details,
        note,
      );
    });
}

function waveformCommand(cli: Cli): Command {
  return withSource('waveform', 'The samples themselves, mono and resampled: [samples].', '22050')
    .addOption(durationOption('none'))
    .addOption(paddingOption())
    .action(async (input: string, flags: WaveformFlags) => {
      const { waveformExtractor } = await import('../audio/features.js');
      const { sampleRate, padding } = flags;
      const extract = waveformExtractor({
        sampleRateHz: sampleRate,
        durationSecs: durationOf(flags),
        padding,
      });
      await extractTo(cli, input, extract, flags);
    });
}

function levelsCommand(cli: Cli): Command {
  return newCommand(
    'levels',
    'Sound levels of a recording and of each of its seconds, as JSON: LAeq, LAFmax, LCpeak, L10, L50, L90.',
    'features levels hall.wav --calibration-db-spl 118.4',
  )
    .argument('<in>', INPUT)
    .addOption(
      parsed(
        '--calibration-db-spl <db>',
        'level of a full-scale sine; without it levels are dBFS',
        decimalNumber(0, 250),
      ),
    )
    .option('--third-octaves', 'also third-octave bands (IEC 61260)', false)
    .action(async (input: string, flags: LevelsFlags) => {
      const { measureLevels } = await import('../audio/measure-levels.js');
      const { readSound } = await import('../stages/read-sound.js');
      const { samples, sampleRateHz, channels } = await readSound(input);
      const levels = measureLevels(samples, sampleRateHz, flags);
      await cli.stdout.json({ file: input, sampleRateHz, channels, ...levels });
    });
}

/** A command that reads a recording and writes an array. */
function withSource(name: string, description: string, sampleRate: string): Command {
  return newCommand(name, description, `features ${name} press.wav --out press.npy`)
    .argument('<in>', INPUT)
    .requiredOption('-o, --out <file>', 'where to write the array (.npy, float32)')
    .addOption(
      parsed('--sample-rate <hz>', 'the sound is resampled to it', wholeNumber(...RATES), sampleRate),
    );
}

function durationOption(fallback: string) {
  const about = 'cut or pad to this length, or none';
  return parsed('--duration <secs>', about, wordOr('none', 'none', decimalNumber(0.001, 86_400)), fallback);
}

function paddingOption() {
  return choice('--padding <how>', 'what a short sound is filled up with', ['zero', 'loop'], 'zero');
}

/**
 * The duration in seconds, null for none: commander can't tell a value of null from none at all, so a word stands for it
 * until here.
 * @throws PlantsenseError PARAMETER_INVALID when so many samples don't fit in memory
 */
function durationOf({ duration, sampleRate }: { duration: number | 'none'; sampleRate: number }) {
  if (duration === 'none') return null;
  const samples = duration * sampleRate;
  if (samples <= MAX_SAMPLES) return duration;
  throw new PlantsenseError(
    'PARAMETER_INVALID',
    `${duration} s at ${sampleRate} Hz are ${Math.round(samples)} samples, more than ${MAX_SAMPLES}.`,
  );
}

async function extractTo(
  cli: Cli,
  input: string,
  extract: FeatureExtractor,
  { out, json }: OutOption,
  details: object = {},
  note = '',
): Promise<void> {
  const { readSound } = await import('../stages/read-sound.js');
  const { encodeNpy } = await import('../npy.js');
  const { writeBytes } = await import('../files.js');
  const { data, shape } = extract(await readSound(input));
  await writeBytes(out, encodeNpy(data, shape));
  if (json) await cli.stdout.json({ out, shape, type: 'float32', ...details });
  else await cli.stdout.line(`${out}: float32 [${shape.join(', ')}]${note && `\n${note}`}`);
}
