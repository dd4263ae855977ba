import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../errors.js';
import { createLog, type LogOptions } from './log.js';
import { Secret } from './secret.js';

const NOON = Date.UTC(2026, 5, 1, 12, 0, 0, 250);

function capture(options: LogOptions = {}, isTTY = false) {
  const lines: string[] = [];
  const stream = { isTTY, write: (text: string) => lines.push(text) };
  const log = createLog({ stream, nowMs: () => NOON, colours: false, ...options });
  return { log, lines, record: () => JSON.parse(lines.at(-1) ?? 'null') };
}

describe('createLog', () => {
  it('writes JSON lines away from a terminal', () => {
    const { log, lines, record } = capture();
    log.info({ stage: 'listen', offset: 12 }, 'Caught up.');
    expect(record()).toEqual({
      level: 30,
      time: '2026-06-01T12:00:00.250Z',
      stage: 'listen',
      offset: 12,
      msg: 'Caught up.',
    });
    expect(lines[0]?.endsWith('\n')).toBe(true);
  });

  it('writes lines for people on a terminal', () => {
    const { log, lines } = capture({}, true);
    log.child({ stage: 'listen' }).warn({ topic: 'audio.raw', note: 'a b' }, 'A gap.');
    expect(lines).toEqual(['12:00:00.250 WARN  listen: A gap. topic=audio.raw note="a b"\n']);
  });

  it('colours only when asked', () => {
    const { log, lines } = capture({ format: 'pretty', colours: true });
    log.error('Broken.');
    expect(lines[0]).toContain('\x1b[31mERROR\x1b[0m');
  });

  it('prints no secret in either form: Secret values, fields named so, URLs', () => {
    for (const format of ['json', 'pretty'] as const) {
      const { log, lines } = capture({ format });
      log.info({ sasl: { username: 'anna', password: 'hunter2' }, password: 'hunter2' }, 'Connecting.');
      log.info({ broker: { sasl: { password: new Secret('hunter2') } } }, 'Connecting.');
      log.info({ url: 'http://anna:hunter2@db:8123' }, 'Connecting to http://anna:hunter2@db:8123.');
      log.error({ err: new Error('401 from http://anna:hunter2@db:8123/') }, 'Refused.');
      expect(lines.join('')).not.toContain('hunter2');
      expect(lines.join('')).toContain('***');
    }
  });

  it('says code and action of an error of the catalogue, and the cause', () => {
    const { log, record } = capture();
    const cause = new Error('ECONNREFUSED');
    log.error(
      { err: new PlantsenseError('BROKER_UNAVAILABLE', 'No broker at h:9092.', { cause }) },
      'Retrying.',
    );
    const { err } = record();
    expect(err).toMatchObject({ code: 'BROKER_UNAVAILABLE', message: 'No broker at h:9092.' });
    expect(err.action).toMatch(/doctor/);
    expect(err.cause.message).toBe('ECONNREFUSED');
    expect(err.stack).toBeUndefined();
  });

  it('keeps the stack of a mistake of ours, on a terminal too', () => {
    const { log, lines } = capture({ format: 'pretty' });
    log.error({ err: new TypeError('x is not a function') }, 'Crashed.');
    expect(lines[0]).toMatch(/Crashed\.\nTypeError: x is not a function\n {4}at /);
    log.error({ err: new PlantsenseError('DISK_FULL', 'No space.') }, 'Waiting.');
    expect(lines[1]).toBe(
      '12:00:00.250 ERROR Waiting.\n             DISK_FULL: No space. Free disk space: what runs goes on by itself then, a command has to be given again.\n',
    );
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = capture({ level: 'warn' });
    log.info('Quiet.');
    expect(lines).toEqual([]);
  });
});
