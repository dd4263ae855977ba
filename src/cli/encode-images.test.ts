import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeNpy } from '../npy.js';
import { file } from '../stages/testing/image-frames.js';
import { Interrupted } from './exit-code.js';
import { runInProcess } from './testing/run-in-process.js';
import { writeSurfaces } from './testing/write-images.js';

const directory = mkdtempSync(join(tmpdir(), 'plantsense-encode-images-'));
afterAll(() => rmSync(directory, { recursive: true }));
const at = (name: string) => join(directory, name);

const encode = (...args: string[]) => runInProcess(['encode', ...args, '--encoder', 'texture']);
const parts = () => readdirSync(directory).filter(name => name.endsWith('.part'));

beforeAll(async () => {
  await writeSurfaces(at('images'), 10);
  mkdirSync(at('mixed'));
  writeFileSync(at('mixed/good.png'), readFileSync(at('images/plain/0.png')));
  writeFileSync(at('mixed/cut.png'), readFileSync(at('images/plain/1.png')).subarray(0, 900));
  writeFileSync(at('mixed/empty.jpg'), '');
});

describe('encode of images', () => {
  it('gives a row an image, and says which is which and what its folder is', async () => {
    const ended = await encode(at('images'), '--out', at('x.npy'), '--names', at('x.csv'), '--json');
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    const { shape, encoder, images, skipped } = JSON.parse(ended.stdout);
    const { data, shape: written } = decodeNpy(readFileSync(at('x.npy')));
    expect([written, data.constructor.name]).toEqual([shape, 'Float32Array']);
    expect([shape[0], encoder, skipped]).toEqual([30, expect.stringContaining('texture-1'), []]);
    expect(images[0]).toEqual({ path: at('images/checks/0.png'), nearLabel: 'checks' });
    const [header, first] = readFileSync(at('x.csv'), 'utf8').split('\n');
    expect([header, first]).toEqual(['row,path,near_label', `0,${at('images/checks/0.png')},checks`]);
    expect(parts()).toEqual([]);

    // An image has the same features alone, and a list of names is a list of names.
    await encode(at('images/plain/3.png'), '--out', at('one.npy'), '--names', at('one.txt'));
    const row = images.findIndex(({ path }: { path: string }) => path === at('images/plain/3.png'));
    expect(decodeNpy(readFileSync(at('one.npy'))).data).toEqual(
      data.slice(row * shape[1], (row + 1) * shape[1]),
    );
    expect(readFileSync(at('one.txt'), 'utf8')).toBe(`${at('images/plain/3.png')}\n`);
  });

  it('goes on where it was interrupted, even inside a row, and is the same then', async () => {
    const controller = new AbortController();
    let isOver = false;
    const args = ['encode', at('images'), '--encoder', 'texture', '--out', at('cut.npy')];
    const interrupted = runInProcess(args, { signal: controller.signal }).finally(() => {
      isOver = true;
    });
    const hasRows = () => parts().some(name => statSync(at(name)).size > 1000);
    while (!isOver && !hasRows()) await new Promise(setImmediate);
    controller.abort(new Interrupted('SIGINT'));
    const stopped = await interrupted;
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('What is encoded is kept: the same command goes on with it.');
    expect(existsSync(at('cut.npy'))).toBe(false);
    const [part] = parts();
    truncateSync(at(part!), statSync(at(part!)).size - 10);

    const resumed = await runInProcess(args);
    expect([resumed.code, resumed.stderr]).toEqual([
      0,
      expect.stringMatching(/^Going on after \d+ of 30 images/),
    ]);
    expect(readFileSync(at('cut.npy'))).toEqual(readFileSync(at('x.npy')));
    expect(parts()).toEqual([]);
  });

  it('names the images that can not be read before it encodes any, and leaves them out when told so', async () => {
    const refused = await encode(at('mixed'), '--out', at('no.npy'));
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain("2 of 3 images can't be encoded (--skip-unreadable leaves them out)");
    expect(refused.stderr).toMatch(/IMAGE_INVALID: .*cut\.png.*\n.*IMAGE_EMPTY: .*empty\.jpg/);
    expect(existsSync(at('no.npy'))).toBe(false);

    const skipped = await encode(at('mixed'), '--skip-unreadable', '--out', at('good.npy'), '--json');
    expect(skipped.code).toBe(0);
    const answer = JSON.parse(skipped.stdout);
    expect(answer.images).toEqual([{ path: at('mixed/good.png'), nearLabel: null }]);
    expect(answer.skipped.map(({ code }: { code: string }) => code)).toEqual([
      'IMAGE_INVALID',
      'IMAGE_EMPTY',
    ]);
    const none = await encode(at('mixed/empty.jpg'), '--skip-unreadable', '--out', at('no.npy'));
    expect(none.stderr).toContain("IMAGE_EMPTY: 1 of 1 images can't be encoded:");
  });

  it('names images that can be read and have no features, and leaves them out when told so', async () => {
    mkdirSync(at('small'));
    writeFileSync(at('small/good.png'), readFileSync(at('images/plain/0.png')));
    writeFileSync(at('small/strip.png'), await file('png', new Uint8Array(200 * 15), 200));
    const refused = await encode(at('small'), '--out', at('no.npy'));
    expect(refused.stderr).toContain(`IMAGE_INVALID: ${at('small/strip.png')}: A picture of 200 × 15 pixels`);
    const skipped = await encode(at('small'), '--skip-unreadable', '--out', at('large.npy'), '--json');
    expect(JSON.parse(skipped.stdout).images).toHaveLength(1);
    const tiles = await encode(at('small/good.png'), '--tiles', '1x20', '--out', at('no.npy'));
    expect(tiles.stderr).toContain(`${at('small/good.png')}: A picture of`);
  });

  it.each<[string, string[], string]>([
    [
      'no encoder and no model',
      ['images', '--out', 'no.npy'],
      'Give --encoder for images, or --model for events.',
    ],
    [
      'weights of an encoder without',
      ['images', '--out', 'no.npy', '--encoder', 'texture', '--weights', 'w.h5'],
      '--weights is no option of the encoder texture.',
    ],
    [
      'a network without its file',
      ['images', '--out', 'no.npy', '--encoder', 'tfjs', '--preprocess', 'tf'],
      'The encoder tfjs needs --model.',
    ],
    [
      'a network whose input is not known',
      ['images', '--out', 'no.npy', '--encoder', 'tfjs', '--model', 'm'],
      'give --preprocess',
    ],
    [
      'pooling of one tile',
      ['images', '--out', 'no.npy', '--encoder', 'texture', '--pool', 'max'],
      '--pool needs --tiles.',
    ],
    [
      'tiles that are none',
      ['images', '--out', 'no.npy', '--encoder', 'texture', '--tiles', '0x2'],
      'It must be rows x columns',
    ],
    [
      'the same file twice',
      ['images', '--out', 'no.npy', '--encoder', 'texture', '--names', 'no.npy'],
      'are the same file',
    ],
    [
      'an image as its output',
      ['images', '--out', 'images/plain/0.png', '--encoder', 'texture'],
      'would be lost',
    ],
    [
      'names of events',
      ['images', '--out', 'no.npy', '--model', 'm', '--names', 'n.csv'],
      '--names is an option of images',
    ],
    [
      'layers of events',
      ['images', '--out', 'no.npy', '--model', 'm', '--layer', 'l'],
      '--layer is an option of images',
    ],
    [
      'a topology of images',
      ['images', '--out', 'no.npy', '--encoder', 'texture', '-t', 't.yaml'],
      '--topology is an option of events',
    ],
  ])('refuses %s', async (_, args, message) => {
    const ended = await runInProcess([
      'encode',
      ...args.map(arg => (/^(images|no)\b/.test(arg) ? at(arg) : arg)),
    ]);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toContain(message);
    expect(existsSync(at('no.npy'))).toBe(false);
  });
});
