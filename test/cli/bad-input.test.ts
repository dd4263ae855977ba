import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeWav } from '../../src/audio/wav.js';
import { DataDirectory } from '../../src/broker/data-directory.js';
import { ERRORS, type ErrorCode } from '../../src/errors.js';
import { decodeNpy } from '../../src/npy.js';
import { type Ended, plantsense } from './plantsense.js';

const GOLDENS = fileURLToPath(new URL('../goldens/audio/', import.meta.url));
const TOPOLOGY = fileURLToPath(new URL('../../topologies/noise-clustering.yaml', import.meta.url));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'plantsense-bad-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Writes a file and gives its path. */
function file(name: string, content: Uint8Array | string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

/** The shipped topology with its text changed. */
const topology = (name: string, from: string, to: string): string => {
  const text = readFileSync(TOPOLOGY, 'utf8');
  expect(text).toContain(from);
  return file(name, text.replace(from, to));
};

/** An error as a person sees it: its code and the place, then what to do; no stack, and nothing on standard output. */
function expectError(ended: Ended, exitCode: number, code: ErrorCode, place: string): void {
  expect(ended).toMatchObject({ code: exitCode, stdout: '' });
  const lines = ended.stderr.trimEnd().split('\n');
  const at = lines.findIndex(line => line.startsWith(`${code}: `));
  expect(ended.stderr).toContain(place);
  expect(lines.slice(at).at(-1)).toBe(ERRORS[code].action);
  expect(ended.stderr).not.toMatch(/\n {4}at /);
}

const WAV = encodeWav(Float32Array.of(0, 0.5, -0.5, 0.25), 22_050, 'f32le');

describe.concurrent('a recording', () => {
  const levels = (path: string) => plantsense('features', 'levels', path);

  it('that is cut short is refused', async () => {
    const path = file('short.wav', WAV.subarray(0, WAV.length - 6));
    expectError(await levels(path), 1, 'WAV_INVALID', path);
  });

  it('without samples is refused', async () => {
    const path = file('empty.wav', encodeWav(new Float32Array(0), 22_050));
    expectError(await levels(path), 1, 'AUDIO_EMPTY', path);
  });

  it('with NaN in it is refused', async () => {
    const bytes = Uint8Array.from(WAV);
    new DataView(bytes.buffer).setFloat32(bytes.length - 8, Number.NaN, true);
    const path = file('nan.wav', bytes);
    expectError(await levels(path), 1, 'AUDIO_NOT_FINITE', path);
  });

  it('that is something else than its name says is refused by what it is', async () => {
    const path = file('song.wav', Buffer.concat([Buffer.from('ID3\x04'), Buffer.alloc(1000)]));
    expectError(await levels(path), 1, 'AUDIO_FORMAT_UNSUPPORTED', path);
  });

  it('that is another format than its name says is read as what it is', async () => {
    const path = file('ogg.wav', await readFile(`${GOLDENS}format-mono.vorbis.ogg`));
    const ended = await levels(path);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({ channels: 1, file: path });
  });

  it('of 8 channels becomes their mean', async () => {
    const out = join(directory, 'eight.npy');
    const ended = await plantsense(
      'features',
      'waveform',
      `${GOLDENS}format-s24-extensible-8ch.wav`,
      '-o',
      out,
    );
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(decodeNpy(await readFile(out)).shape).toHaveLength(1);
  });

  it('that can not be sent keeps those beside it from being sent: none or all', async () => {
    const [good, bad] = [file('good.wav', WAV), file('bad.wav', 'RIFF')];
    const dataDir = join(directory, 'not-made');
    const ended = await plantsense('send', 'audio', good, bad, '--sensor', 'mic-1', '--data-dir', dataDir);
    expectError(ended, 1, 'WAV_INVALID', bad);
    const tap = await plantsense('tap', 'audio.raw', '--from-beginning', '--data-dir', dataDir, '--json');
    expect(tap).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(tap.stderr)).toMatchObject({ error: { code: 'FILE_NOT_FOUND', class: 'terminal' } });
  });
});

describe.concurrent('what is around it', () => {
  it.runIf(process.platform === 'linux')('may be a disk that is full', async () => {
    const ended = await plantsense('features', 'waveform', file('a.wav', WAV), '--out', '/dev/full');
    expectError(ended, 3, 'DISK_FULL', '/dev/full');
  });

  it('may be a data directory that another process has', async () => {
    const dataDir = join(directory, 'owned');
    const owner = await DataDirectory.own(dataDir);
    const ended = await plantsense('run', TOPOLOGY, '--data-dir', dataDir);
    expectError(ended, 3, 'DATA_DIR_IN_USE', `process ${process.pid}`);
    await owner.release();
  });

  it('may be a port that another process has', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const path = topology('port.yaml', 'http: {', `http: { port: ${port} } # {`);
    const ended = await plantsense('run', path, '--data-dir', join(directory, 'port'));
    expectError(ended, 3, 'PORT_IN_USE', `:${port}`);
    server.close();
  });

  it('may be a Kafka that is not there', async () => {
    const ended = await plantsense('topics', 'check', TOPOLOGY, '--broker', 'kafka://127.0.0.1:1');
    expectError(ended, 3, 'BROKER_UNAVAILABLE', '127.0.0.1:1');
  });

  it('may be a store that is not there, whose password is not shown', async () => {
    const store = 'http://anna:hush@127.0.0.1:1';
    const ended = await plantsense('db', 'query', 'SELECT 1', '--store', store);
    expectError(ended, 3, 'STORE_UNAVAILABLE', '127.0.0.1:1');
    expect(ended.stderr).not.toContain('hush');
  });
});

describe.concurrent('a topology with a typo', () => {
  it('is shown its line and what was probably meant; and is not run', async () => {
    const path = topology('typo.yaml', 'threshold_db:', 'treshold_db:');
    const lint = await plantsense('lint', path);
    expect(lint).toMatchObject({ code: 1, stderr: '' });
    expect(lint.stdout).toMatch(/typo\.yaml:\d+:\d+: error: .*`treshold_db`.*Did you mean `threshold_db`\?/);
    const run = await plantsense('run', path, '--data-dir', join(directory, 'typo'));
    expectError(run, 3, 'TOPOLOGY_INVALID', 'Did you mean `threshold_db`?');
  });

  it('is JSON for programs', async () => {
    const ended = await plantsense('run', topology('t2.yaml', 'stages:', 'stagse:'), '--json');
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code: 'TOPOLOGY_INVALID', class: 'fatal' } });
  });
});

describe.concurrent('a command line', () => {
  it('with an error code that does not exist is told which one was probably meant', async () => {
    const ended = await plantsense(
      'dead-letter',
      'replay',
      'audio.raw.dead-letter',
      '--code',
      'SENSOR_UNKNWN',
    );
    expectError(ended, 2, 'USAGE_INVALID', 'Did you mean SENSOR_UNKNOWN?');
  });

  it('with an empty statement is told so: it used to print nothing', async () => {
    expectError(await plantsense('db', 'query', ' '), 2, 'USAGE_INVALID', 'empty');
  });
});
