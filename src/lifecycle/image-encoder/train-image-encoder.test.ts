import { appendFileSync, mkdtempSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackend } from '../../nn/backend/open-backend.js';
import * as tf from '../../nn/tf.js';
import { Random } from '../../random.js';
import type { ConvSdaeImageEncoder } from '../../vision/encoders/conv-sdae-image-encoder.js';
import type { Image } from '../../vision/image.js';
import type { Artefact } from '../artefact.js';
import { writeModelDirectory } from '../model-directory.js';
import { encoderOf, openConvSdaeEncoder } from './open-conv-sdae-encoder.js';
import { PictureCollector, type PictureForm } from './picture-rows.js';
import { type TrainImageEncoderOptions, trainImageEncoder } from './train-image-encoder.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-encoder-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Stripes, across or along, of any phase: two kinds of pictures. */
function stripes(along: boolean, seed: number, width = 40, height = 30): Image {
  const random = new Random(seed);
  const phase = random.next() * 6;
  const data = Uint8Array.from({ length: width * height }, (_, i) => {
    const at = along ? i % width : Math.floor(i / width);
    return 128 + 90 * Math.sin(at / 2 + phase) + 8 * random.normal();
  });
  return { width, height, channels: 1, data };
}

const PICTURES = Array.from({ length: 24 }, (_, i) => stripes(i % 2 === 0, i));
const FORM: PictureForm = { sizePx: 16, tiles: null };
const SMALL: TrainImageEncoderOptions = { latentDim: 4, filters: [4, 8], epochs: 80, learningRate: 0.01 };

function collected(images: readonly Image[], form = FORM) {
  const collector = new PictureCollector(form);
  for (const image of images) collector.add(image);
  return collector.finish();
}

let artefact: Artefact;
let encoder: ConvSdaeImageEncoder;
beforeAll(async () => {
  await openBackend();
  artefact = await trainImageEncoder(collected(PICTURES), SMALL);
  encoder = await encoderOf(artefact);
}, 180_000);
afterAll(() => encoder.dispose());

describe('an encoder of a plant’s own pictures', () => {
  it('learns to tell pictures apart, and says what it leaves out', async () => {
    const { loss, heldOutLoss } = artefact.card.indices;
    expect(loss).toBeLessThan(0.3);
    expect(heldOutLoss).toBeLessThan(1);
    const features = await encoder.encode(PICTURES);
    expect(features.length).toBe(24 * encoder.dimensions);
    expect(features.every(Number.isFinite)).toBe(true);
    // The picture that is most like another shows stripes of the same kind.
    const distance = (a: number, b: number) =>
      Math.hypot(...Array.from({ length: 4 }, (_, i) => features[a * 4 + i]! - features[b * 4 + i]!));
    const alike = PICTURES.filter((_, a) => {
      const others = [...PICTURES.keys()].filter(b => b !== a);
      const nearest = others.reduce((best, b) => (distance(a, b) < distance(a, best) ? b : best));
      return nearest % 2 === a % 2;
    });
    expect(alike.length).toBeGreaterThan(21);
  });

  it('gives a picture the same bits whatever pictures are beside it', async () => {
    const all = await encoder.encode(PICTURES);
    for (const i of [0, 7, 23])
      expect(await encoder.encode([PICTURES[i]!])).toEqual(all.slice(i * 4, i * 4 + 4));
    expect(await encoder.encode([])).toEqual(new Float32Array(0));
  });

  it('takes pictures of any size, colours and 16 bits', async () => {
    const grey = PICTURES[0]!;
    const rgb: Image = {
      ...grey,
      channels: 3,
      data: Uint8Array.from({ length: 3600 }, (_, i) => grey.data[Math.floor(i / 3)]!),
    };
    const deep: Image = { ...grey, data: Uint16Array.from(grey.data, value => value * 257) };
    const [a, b, c] = [
      await encoder.encode([grey]),
      await encoder.encode([rgb]),
      await encoder.encode([deep]),
    ];
    expect(b).toEqual(a);
    expect(c).toEqual(a);
    const odd = [stripes(true, 1, 1, 1), stripes(false, 2, 300, 7)];
    expect((await encoder.encode(odd)).every(Number.isFinite)).toBe(true);
  });

  it('has the same version for the same pictures in any order, and another for others', async () => {
    const short = { ...SMALL, epochs: 1 };
    const once = await trainImageEncoder(collected(PICTURES), short);
    const turned = await trainImageEncoder(collected([...PICTURES, ...PICTURES].reverse()), short);
    expect(turned.card.version).toBe(once.card.version);
    const other = await trainImageEncoder(collected(PICTURES.slice(1)), short);
    expect(other.card.version).not.toBe(once.card.version);
  });

  it('comes back from its directory with the same id and bits', async () => {
    const path = join(directory, 'whole');
    await writeModelDirectory(path, artefact);
    const opened = await openConvSdaeEncoder(path);
    expect(opened.id).toMatch(/^conv-sdae-[0-9a-f]{12}$/);
    expect([opened.id, opened.dimensions, opened.sizePx]).toEqual([encoder.id, 4, 16]);
    expect(await opened.encode(PICTURES)).toEqual(await encoder.encode(PICTURES));
    opened.dispose();
  });

  it('is not opened when a file is missing or changed, or of something else', async () => {
    const refused = (path: string, code: string) =>
      expect(openConvSdaeEncoder(path)).rejects.toMatchObject({ code });
    await refused(join(directory, 'nowhere'), 'MODEL_NOT_FOUND');
    for (const name of artefact.files.keys()) {
      const path = join(directory, `without-${name}`);
      await writeModelDirectory(path, artefact);
      unlinkSync(join(path, name));
      await refused(path, name === 'card.json' ? 'MODEL_NOT_FOUND' : 'MODEL_INVALID');
      const changed = join(directory, `changed-${name}`);
      await writeModelDirectory(changed, artefact);
      appendFileSync(join(changed, name), ' ');
      if (name === 'card.json')
        writeFileSync(
          join(changed, name),
          readFileSync(join(changed, name), 'utf8').replace('"seed": 1', '"seed": 2'),
        );
      await refused(changed, 'MODEL_INVALID');
    }
  });

  it('gives back all tensors', async () => {
    const before = tf.memory().numTensors;
    await trainImageEncoder(collected(PICTURES.slice(0, 4)), { ...SMALL, epochs: 1 });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('pictures to learn from', () => {
  it('are tiles of pictures, where they are cut', () => {
    const { squares } = collected([PICTURES[0]!], { sizePx: 8, tiles: { rows: 2, columns: 3 } });
    expect(squares.length).toBe(6 * 64);
  });

  it('have to differ', () => {
    const refused = (images: readonly Image[], words: RegExp) =>
      expect(() => collected(images)).toThrow(
        expect.objectContaining({
          code: 'TRAINING_DATA_INSUFFICIENT',
          message: expect.stringMatching(words),
        }),
      );
    refused([], /no images/);
    refused([PICTURES[0]!], /look the same/);
    refused([PICTURES[0]!, { ...PICTURES[0]! }, PICTURES[0]!], /look the same/);
  });

  it('need as many pixels as tiles', () => {
    expect(() => collected([stripes(true, 1, 1, 1)], { sizePx: 8, tiles: { rows: 1, columns: 2 } })).toThrow(
      expect.objectContaining({ code: 'IMAGE_INVALID' }),
    );
  });
});
