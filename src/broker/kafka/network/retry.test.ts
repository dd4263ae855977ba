import { describe, expect, it } from 'vitest';
import { PlantsenseError } from '../../../errors.js';
import { CODE, KafkaCodeError } from '../protocol/error-codes.js';
import { retrying } from './retry.js';

const down = () => new PlantsenseError('BROKER_UNAVAILABLE', 'down');

/** Fails with each of the errors, then works. */
const failing = (...errors: Error[]) => {
  const operation = async () => {
    operation.calls++;
    const error = errors.shift();
    if (error) throw error;
    return 'done';
  };
  operation.calls = 0;
  return operation;
};

describe('trying again', () => {
  it('goes on until it works, and tells of each failure', async () => {
    const told: number[] = [];
    const operation = failing(down(), new KafkaCodeError(6, 'Fetch'));
    const onRetry = (_: unknown, attempt: number) => told.push(attempt);
    expect(await retrying(operation, { budgetMs: 1_000, onRetry })).toBe('done');
    expect(told).toEqual([1, 2]);
  });

  it('ends at what no second try can mend, with an error of the catalogue', async () => {
    const operation = failing(new KafkaCodeError(CODE.MESSAGE_TOO_LARGE, 'Sending'));
    await expect(retrying(operation, { budgetMs: 1_000 })).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
    });
    expect(operation.calls).toBe(1);
  });

  it('ends when the budget is spent, and then a missing topic is missing', async () => {
    const operation = failing(...Array.from({ length: 99 }, () => new KafkaCodeError(3, 'Fetching t-0')));
    await expect(retrying(operation, { budgetMs: 300 })).rejects.toMatchObject({ code: 'TOPIC_NOT_FOUND' });
    expect(operation.calls).toBeGreaterThan(1);
    expect(operation.calls).toBeLessThan(10);
  });

  it('ends when it is aborted', async () => {
    const abort = new AbortController();
    const operation = failing(down(), down(), down());
    const onRetry = () => abort.abort();
    await expect(
      retrying(operation, { budgetMs: 60_000, signal: abort.signal, onRetry }),
    ).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(operation.calls).toBe(2);
  });
});
