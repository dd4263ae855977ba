import { describe, expect, it } from 'vitest';
import type { Broker } from '../broker/port.js';
import { PlantsenseError } from '../errors.js';
import { LaneStopped } from '../stream/lane.js';
import { gate, settle, until } from '../stream/testing/signals.js';
import { EncoderOpening } from './encoder-opening.js';
import { testContext } from './testing/stage-context.js';

const context = () => testContext({} as Broker, async () => {});
const running = new AbortController().signal;

describe('the opening of an encoder', () => {
  it('says what it does until it is open, and lets those go on who wait', async () => {
    const fetched = gate();
    const opening = new EncoderOpening(async report => {
      report('40 % of 94 MB');
      await fetched.promise;
    }, context());
    const opened = opening.until(running);
    expect([opening.isOpen, opening.detail]).toEqual([false, '40 % of 94 MB']);
    fetched.open();
    await opened;
    expect([opening.isOpen, opening.detail]).toEqual([true, null]);
    await opening.until(running);
  });

  it('is tried again for as long as a host can not be reached, and says why', async () => {
    let attempts = 0;
    const details: (string | null)[] = [];
    const logged: unknown[] = [];
    const { log, ...rest } = context();
    const warn = (...args: unknown[]) => void logged.push(args.at(-1));
    const opening: EncoderOpening = new EncoderOpening(
      async report => {
        attempts += 1;
        if (attempts > 1) details.push(opening.detail);
        report('Fetching a.h5');
        if (attempts <= 12) throw new PlantsenseError('WEIGHTS_UNAVAILABLE', 'There is no network.');
      },
      { ...rest, log: { ...log, info: warn, warn } as never },
    );
    await opening.until(running);
    expect(details).toEqual(Array(12).fill('There is no network.'));
    // Once, however long it takes.
    expect(logged).toEqual([
      'Fetching a.h5',
      expect.stringContaining('There is no network.'),
      'The encoder is open.',
    ]);
  });

  it('ends the stage when it can never succeed, and blames no message', async () => {
    const opening = new EncoderOpening(async () => {
      throw new PlantsenseError('FILE_NOT_FOUND', 'There are no weights at a.h5.');
    }, context());
    const lane = new AbortController();
    let outcome: unknown = 'waits';
    void opening.until(lane.signal).catch(error => {
      outcome = error;
    });
    await expect(opening.failed).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await settle();
    expect(outcome).toBe('waits');
    lane.abort();
    await until(() => outcome !== 'waits');
    expect(outcome).toBeInstanceOf(LaneStopped);
  });

  it('may be stopped: nobody is told of a failure then', async () => {
    const fetched = gate();
    const opening = new EncoderOpening(() => fetched.promise, context());
    let failed = false;
    opening.failed.catch(() => {
      failed = true;
    });
    opening.stop();
    fetched.fail(new Error('The thread was closed.'));
    await settle();
    expect(failed).toBe(false);
  });
});
