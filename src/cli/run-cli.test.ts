import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, PlantsenseError } from '../errors.js';
import { exitCodeOf, Interrupted } from './exit-code.js';
import { runInProcess } from './testing/run-in-process.js';

describe('an error', () => {
  it('is its code and what happened, and on the next line what to do, without a stack', async () => {
    const { code, stdout, stderr } = await runInProcess(['lint', 'nowhere.yaml']);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `FILE_NOT_FOUND: Can't read nowhere.yaml.\n${ERRORS.FILE_NOT_FOUND.action}\n`,
    });
  });

  it('is one line of JSON with --json', async () => {
    const { code, stdout, stderr } = await runInProcess(['lint', 'nowhere.yaml', '--json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.endsWith('}\n')).toBe(true);
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'FILE_NOT_FOUND',
        message: "Can't read nowhere.yaml.",
        action: ERRORS.FILE_NOT_FOUND.action,
        class: 'terminal',
      },
    });
  });

  it('is JSON too when the command line is too wrong to be parsed, but not when --json is a file name', async () => {
    expect(JSON.parse((await runInProcess(['lnt', '--json'])).stderr)).toMatchObject({
      error: { code: 'USAGE_INVALID' },
    });
    expect((await runInProcess(['lint', '--', '--json'])).stderr).toContain(
      "FILE_NOT_FOUND: Can't read --json.",
    );
  });

  it('shows its stack and its cause to whoever looks for a mistake in the code', async () => {
    const { stderr } = await runInProcess(['lint', 'nowhere.yaml'], { env: { PLANTSENSE_DEBUG: '1' } });
    expect(stderr).toMatch(/\n {4}at .*\nCaused by: Error: ENOENT/s);
  });

  it('never shows a password', async () => {
    const url = 'http://anna:hush@127.0.0.1:1';
    const { stderr } = await runInProcess(['db', 'query', 'SELECT 1', '--store', url]);
    expect(stderr).toContain('STORE_UNAVAILABLE');
    expect(stderr).not.toContain('hush');
  });
});

describe('the exit code', () => {
  const codeOf = (code: ErrorCode) => exitCodeOf(new PlantsenseError(code, ''));

  it('tells what is at fault: the input, the command line, or what it needs', () => {
    expect(codeOf('WAV_INVALID')).toBe(1);
    expect(codeOf('USAGE_INVALID')).toBe(2);
    expect(codeOf('PARAMETER_INVALID')).toBe(2);
    expect(codeOf('BROKER_UNAVAILABLE')).toBe(3);
    expect(codeOf('DATA_DIR_IN_USE')).toBe(3);
    expect(exitCodeOf(new TypeError('a mistake of ours'))).toBe(3);
  });

  it('tells that a command was stopped before its end', async () => {
    const args = ['test', 'topologies/tests/noise-clustering.test.yaml'];
    for (const [by, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['EPIPE', 0],
    ] as const) {
      const signal = AbortSignal.abort(new Interrupted(by));
      expect(await runInProcess(args, { signal })).toMatchObject({ code, stderr: '' });
    }
  });
});
