import type { Command } from 'commander';
import type { Cli } from './cli.js';
import { decimalNumber, type JsonOption, newCommand, parsed } from './new-command.js';

interface Flags extends JsonOption {
  readonly toneDb: number;
}

export function calibrateCommand(cli: Cli): Command {
  return newCommand(
    'calibrate',
    "Measure a microphone's calibration from a recording of a calibrator's tone (IEC 60942).",
    'calibrate mic-press-2.wav',
  )
    .argument('<recording>', 'at least 3 s of the tone, WAV, FLAC or Ogg Vorbis')
    .addOption(parsed('--tone-db <db>', 'level of the calibrator, dB SPL', decimalNumber(0, 200), '94'))
    .action(async (recording: string, { toneDb, json }: Flags) => {
      const { calibrate } = await import('../audio/calibration.js');
      const { readSound } = await import('../stages/read-sound.js');
      const { samples, sampleRateHz } = await readSound(recording);
      const found = calibrate(samples, sampleRateHz, { toneDbSpl: toneDb });
      if (json) return cli.stdout.json(found);
      const { calibrationDbSpl, toneHz, toneDbfs, durationSecs, spreadDb } = found;
      await cli.stdout.write(
        `calibration_db_spl: ${calibrationDbSpl.toFixed(2)}\n` +
          `# tone of ${toneHz.toFixed(1)} Hz at ${toneDbfs.toFixed(2)} dBFS, steady for ${durationSecs} s within ${spreadDb.toFixed(2)} dB\n`,
      );
    });
}
