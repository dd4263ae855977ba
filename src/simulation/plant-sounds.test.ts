import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeAudio } from '../audio/audio-file.js';
import { measureLevels } from '../audio/measure-levels.js';
import { loadPlantSounds, PLANT_SOUNDS, type PlantSounds } from './plant-sounds.js';

const SAMPLES = fileURLToPath(new URL('../../samples/', import.meta.url));
const files = readdirSync(SAMPLES).filter(name => name !== 'CREDITS.md');
const used = Object.values(PLANT_SOUNDS).flatMap(sound => sound.files as readonly string[]);
const AT = { sampleRateHz: 16_000, calibrationDbSpl: 130 };

describe('the samples', () => {
  it('are those that the plant plays, and no more', () => {
    expect(files.toSorted()).toEqual(used.toSorted());
  });

  it('name, for each clip, where it is from, who made it and its licence', () => {
    const rows = readFileSync(`${SAMPLES}/CREDITS.md`, 'utf8').matchAll(/^\| `(.+?)` \| (.+) \|$/gm);
    const credits = new Map([...rows].map(([, file = '', cells = '']) => [file, cells.split(' | ')]));
    expect([...credits.keys()].toSorted()).toEqual(files.toSorted());
    for (const [file, [category, from, author, licence]] of credits) {
      const freesoundId = file.split('-')[1];
      expect(category).toMatch(/^[A-Z][a-z ]+$/);
      expect(from).toMatch(
        new RegExp(`^\\[.+\\]\\(http://www\\.freesound\\.org/people/\\S+/sounds/${freesoundId}/\\)$`),
      );
      expect(author).not.toBe('');
      expect(licence).toMatch(/^\[CC( BY 3|0 1).*\]\(http:\/\/creativecommons\.org\/\S+\)$/);
    }
  });

  it('are small', () => {
    const bytes = files.reduce((sum, file) => sum + statSync(`${SAMPLES}/${file}`).size, 0);
    expect(bytes).toBeLessThan(1.5e6);
  });

  it('are mono recordings of some seconds', async () => {
    for (const file of files) {
      const { channels, sampleRateHz, samples } = await decodeAudio(readFileSync(`${SAMPLES}/${file}`));
      expect(channels).toBe(1);
      expect(samples.length / sampleRateHz).toBeGreaterThan(4.9);
    }
  });
});

describe('the sounds of the plant', () => {
  let sounds: PlantSounds;
  beforeAll(async () => {
    sounds = await loadPlantSounds(SAMPLES, AT);
  });

  it('come to the microphones at their level', () => {
    for (const [name, { levelDb }] of Object.entries(PLANT_SOUNDS)) {
      for (const { samples, gain } of sounds[name as keyof PlantSounds].recordings) {
        const played = samples.map(sample => gain * sample);
        expect(measureLevels(played, AT.sampleRateHz, AT).overall.laeqDb).toBeCloseTo(levelDb, 1);
      }
    }
  });

  it('never clip, even 3 dB louder than usual', () => {
    for (const { recordings } of Object.values(sounds)) {
      for (const { samples, gain } of recordings) {
        const peak = samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);
        expect(peak * gain * 10 ** (3 / 20)).toBeLessThan(0.9);
      }
    }
  });

  it('name the sample that is missing', async () => {
    await expect(loadPlantSounds('/nowhere', AT)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringMatching(/^Can't read the sample \/nowhere\/.+\.ogg\.$/),
    });
  });
});
