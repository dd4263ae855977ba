import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { file } from '../stages/testing/image-frames.js';
import { runInProcess } from './testing/run-in-process.js';

const START = '2026-03-01T08:00:00.000Z';

let directory: string;
let pictures: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plantsense-send-images-'));
  pictures = join(directory, 'pictures');
  for (const [folder, name] of [
    ['scratch', 'a.jpg'],
    ['scratch', 'b.jpg'],
    ['patch', 'a.jpg'],
  ] as const) {
    mkdirSync(join(pictures, folder), { recursive: true });
    writeFileSync(join(pictures, folder, name), await file('jpeg'));
  }
  writeFileSync(join(pictures, 'notes.txt'), 'No picture.');
});
afterAll(() => rmSync(directory, { recursive: true }));

let runs = 0;
/** Sends to a data directory of its own, and gives what lies in the topic then. */
async function send(...flags: string[]) {
  runs += 1;
  const dataDir = join(directory, `data-${runs}`);
  const common = ['--data-dir', dataDir, '--json'];
  const sent = await runInProcess(['send', 'images', ...flags, '--sensor', 'cam-1', ...common]);
  if (sent.code !== 0) return { ...sent, frames: [] };
  const tap = await runInProcess(['tap', 'image.raw', '--from-beginning', '--until-caught-up', ...common]);
  const lines = tap.stdout.trimEnd().split('\n');
  return { ...sent, frames: lines.map(line => JSON.parse(line).value) };
}

describe('send images', () => {
  it('sends the pictures of a directory, labelled by their folders, at the times asked for', async () => {
    const time = ['--start-time', START, '--rate', '2'];
    const { stdout, frames } = await send(pictures, '--near-labels', 'folders', ...time);
    const startUs = Date.parse(START) * 1000;
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ topic: 'image.raw', sensor: 'cam-1', images: 3, rateHz: 2, startTimeUs: startUs },
    });
    expect(frames).toMatchObject([
      { frameIndex: 0, nearLabel: 'patch', timeUs: startUs, encoding: 'JPEG', endOfStream: false },
      { frameIndex: 1, nearLabel: 'scratch', timeUs: startUs + 500_000 },
      { frameIndex: 2, nearLabel: 'scratch', timeUs: startUs + 1_000_000, endOfStream: true },
    ]);
  });

  it('labels them by a table, or all alike, and may leave the stream open', async () => {
    const csv = join(directory, 'labels.csv');
    writeFileSync(csv, 'path,near_label\nscratch/a.jpg,deep\nscratch/b.jpg,\npatch/a.jpg,"rolled, in"\n');
    const table = await send(pictures, '--near-labels', csv, '--no-end');
    expect(table.frames.map(({ nearLabel }) => nearLabel)).toEqual(['rolled, in', 'deep', null]);
    expect(table.frames.map(({ endOfStream }) => endOfStream)).toEqual([false, false, false]);
    const alike = await send(join(pictures, 'patch', 'a.jpg'), '--near-label', 'patch');
    expect(alike.frames.map(({ nearLabel }) => nearLabel)).toEqual(['patch']);
  });

  it('says which picture has which frame id, so that a person can mark it', async () => {
    const names = join(directory, 'names.csv');
    const time = ['--start-time', START, '--rate', '2'];
    const { frames } = await send(pictures, '--near-labels', 'folders', '--names', names, ...time);
    const [header, ...lines] = readFileSync(names, 'utf8').trimEnd().split('\n');
    expect(header).toBe('id,path,time,near_label');
    expect(lines).toEqual([
      `${frames[0].frameId},${join(pictures, 'patch', 'a.jpg')},2026-03-01T08:00:00.000Z,patch`,
      `${frames[1].frameId},${join(pictures, 'scratch', 'a.jpg')},2026-03-01T08:00:00.500Z,scratch`,
      `${frames[2].frameId},${join(pictures, 'scratch', 'b.jpg')},2026-03-01T08:00:01.000Z,scratch`,
    ]);
  });

  it('does not write names over a picture', async () => {
    const picture = join(pictures, 'patch', 'a.jpg');
    const { stderr } = await send(pictures, '--names', picture);
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'USAGE_INVALID',
      message: `--names is the input ${picture}, which would be lost.`,
    });
  });

  it('says what can not be sent before it sends anything', async () => {
    writeFileSync(join(directory, 'cut.jpg'), (await file('jpeg')).subarray(0, 200));
    const { code, stderr } = await send(pictures, join(directory, 'cut.jpg'));
    expect(code).not.toBe(0);
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'IMAGE_INVALID',
      message: expect.stringContaining('cut.jpg: '),
    });
    const tap = ['tap', 'image.raw', '--from-beginning', '--until-caught-up', '--json'];
    const left = await runInProcess([...tap, '--data-dir', join(directory, `data-${runs}`)]);
    expect(left.stdout).toBe('');
  });

  it('refuses near-labels by folders where no picture lies in one', async () => {
    const { code, stderr } = await send(join(pictures, 'patch'), '--near-labels', 'folders');
    expect([code, JSON.parse(stderr).error.code]).toEqual([2, 'USAGE_INVALID']);
    const { frames } = await send(
      join(pictures, 'patch'),
      join(pictures, 'scratch'),
      '--near-labels',
      'folders',
    );
    expect(frames.map(({ nearLabel }) => nearLabel)).toEqual(['patch', 'scratch', 'scratch']);
  });

  it('takes labels from one place', async () => {
    const { stderr } = await send(pictures, '--near-labels', 'folders', '--near-label', 'patch');
    expect(JSON.parse(stderr).error.code).toBe('USAGE_INVALID');
  });
});
