import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openConvSdaeEncoder } from '../lifecycle/image-encoder/open-conv-sdae-encoder.js';
import { openBackend } from '../nn/backend/open-backend.js';
import { Random } from '../random.js';
import { readImage } from '../stages/read-image.js';
import { runInProcess } from './testing/run-in-process.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-train-encoder-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);

async function writePicture(name: string, seed: number): Promise<void> {
  const random = new Random(seed);
  const data = Uint8Array.from(
    { length: 3 * 24 * 16 },
    (_, i) => (seed % 2 ? i % 256 : 40) + 60 * random.next(),
  );
  await sharp(data, { raw: { width: 24, height: 16, channels: 3 } })
    .png()
    .toFile(at(name));
}

const SMALL = ['--size-px', '16', '--latent-dim', '3', '--filters', '4,8', '--epochs', '3'];
const train = (paths: readonly string[], out: string, ...args: string[]) =>
  runInProcess(['train', 'encoder', ...paths.map(at), '--out', at(out), ...SMALL, ...args]);

beforeAll(async () => {
  await openBackend();
  mkdirSync(at('images/scratch'), { recursive: true });
  mkdirSync(at('mixed'));
  mkdirSync(at('equal'));
  for (let i = 0; i < 22; i++) await writePicture(`images/${i % 3 ? '' : 'scratch/'}${i}.png`, i);
  for (let i = 0; i < 4; i++) await writePicture(`mixed/${i}.png`, i);
  for (let i = 0; i < 3; i++) await writePicture(`equal/${i}.png`, 7);
  writeFileSync(at('mixed/broken.jpg'), readFileSync(at('mixed/0.png')).subarray(0, 60));
  writeFileSync(at('mixed/empty.png'), '');
}, 180_000);

function checkpointsIn(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.checkpoint'),
  );
}

describe('train encoder', () => {
  it('writes an encoder that opens, and says what it leaves out', async () => {
    const ended = await train(['images'], 'first');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(
      /^conv-sdae-[0-9a-f]{12}: 3 numbers of an image, learnt from 22 images\.\nThey leave out \d+\.\d % of the images' differences, of images not learnt from \d+\.\d %\.\nWritten to /,
    );
    expect(readdirSync(at('first')).sort()).toEqual([
      ...['card.json', 'encoder.json', 'encoder.model.json', 'encoder.weights.bin'],
    ]);
    const encoder = await openConvSdaeEncoder(at('first'));
    expect(ended.stdout).toContain(encoder.id);
    expect((await encoder.encode([await readImage(at('images/1.png'))])).length).toBe(3);
    encoder.dispose();
  });

  it('gives the same encoder again for the same images and seed, whatever the files are called', async () => {
    const first = await train(['images'], 'again', '--json');
    const report = JSON.parse(first.stdout);
    expect(report).toMatchObject({
      dimensions: 3,
      sizePx: 16,
      tiles: null,
      images: 22,
      rows: 22,
      skipped: [],
    });
    mkdirSync(at('renamed'));
    for (let i = 0; i < 22; i++) await writePicture(`renamed/z${99 - i}.png`, i);
    const second = JSON.parse((await train(['renamed'], 'again-2', '--json')).stdout);
    expect(second).toMatchObject({ id: report.id, loss: report.loss, heldOutLoss: report.heldOutLoss });
    const other = JSON.parse((await train(['images'], 'other', '--json', '--seed', '2')).stdout);
    expect(other.id).not.toBe(report.id);
  });

  it('goes on where it was stopped, and comes to the same encoder', async () => {
    const stop = new AbortController();
    const args = ['train', 'encoder', at('images'), '--out', at('stopped'), ...SMALL, '--epochs', '80'];
    const running = runInProcess(args, { signal: stop.signal });
    await vi.waitFor(() => expect(checkpointsIn(at('stopped/.training'))).toHaveLength(1), {
      ...{ timeout: 30_000, interval: 5 },
    });
    stop.abort(new Error('stopped'));
    const stopped = await running;
    expect(stopped.code).not.toBe(0);
    expect(stopped.stderr).toContain('What was learnt is kept: the same command goes on with it.');
    expect(existsSync(at('stopped/card.json'))).toBe(false);
    const resumed = await runInProcess(args);
    expect(resumed).toMatchObject({ code: 0, stderr: expect.stringContaining('Going on with a training') });
    expect(existsSync(at('stopped/.training'))).toBe(false);
    const whole = await train(['images'], 'whole', '--epochs', '80');
    expect(resumed.stdout.split(':')[0]).toBe(whole.stdout.split(':')[0]);
  }, 60_000);

  it('learns from tiles of strips', async () => {
    const { stdout } = await train(['images'], 'tiles', '--tiles', '1x3', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ tiles: { rows: 1, columns: 3 }, images: 22, rows: 66 });
    expect(await train(['images'], 'none', '--tiles', '0x3')).toMatchObject({ code: 2 });
  });

  it('stops at an image that can not be read, with its name, or leaves it out and says so', async () => {
    const stopped = await train(['mixed'], 'mixed-out');
    expect(stopped).toMatchObject({ code: 1, stdout: '' });
    expect(stopped.stderr).toMatch(/IMAGE_\w+: .*mixed\/broken\.jpg/);
    expect(existsSync(at('mixed-out/card.json'))).toBe(false);
    const skipping = await train(['mixed'], 'mixed-out', '--skip-unreadable', '--json');
    expect(skipping.code).toBe(0);
    expect(skipping.stderr).toMatch(/Left out: .*broken\.jpg.*\nLeft out: .*empty\.png/);
    expect(JSON.parse(skipping.stdout)).toMatchObject({
      ...{ images: 4, skipped: [at('mixed/broken.jpg'), at('mixed/empty.png')] },
      heldOutLoss: null,
    });
  });

  it('refuses one image, equal images, none at all, and what is not there', async () => {
    const refused = async (paths: string[], words: string, ...args: string[]) => {
      const ended = await train(paths, 'refused', ...args);
      expect(ended).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(words) });
      expect(existsSync(at('refused/card.json'))).toBe(false);
    };
    await refused(['images/1.png'], 'TRAINING_DATA_INSUFFICIENT: All images look the same');
    await refused(
      ['equal'],
      'TRAINING_DATA_INSUFFICIENT: All images look the same in grey, at 16 × 16 pixels',
    );
    await refused(['mixed/broken.jpg', 'mixed/empty.png'], 'There are no images', '--skip-unreadable');
    await refused(['nowhere'], 'FILE_NOT_FOUND');
    expect(await runInProcess(['train', 'encoder', at('images')])).toMatchObject({ code: 2 });
  });
});
