import { describe, expect, it } from 'vitest';
import { ERRORS } from '../../../errors.js';
import { check, isRetriable, KafkaCodeError, toBrokerError } from './error-codes.js';

describe('error codes', () => {
  it.each([
    [3, 'TOPIC_NOT_FOUND'],
    [10, 'MESSAGE_TOO_LARGE'],
    [12, 'CHECKPOINT_TOO_LARGE'],
    [29, 'BROKER_AUTH_FAILED'],
    [30, 'BROKER_AUTH_FAILED'],
    [58, 'BROKER_AUTH_FAILED'],
    [23, 'PARAMETER_INVALID'],
    [82, 'MEMBER_NAME_IN_USE'],
    [7, 'BROKER_UNAVAILABLE'],
    [-1, 'BROKER_UNAVAILABLE'],
    [9_999, 'BROKER_UNAVAILABLE'],
  ])('%i is %s', (code, expected) => {
    expect(toBrokerError(new KafkaCodeError(code, 'X')).code).toBe(expected);
  });

  it('that may heal are those whose catalogue class says so, or of things that may yet appear', () => {
    for (let code = -1; code < 120; code++) {
      const error = new KafkaCodeError(code, 'X');
      if (!isRetriable(error)) continue;
      expect(['retryable', 'fatal']).toContain(ERRORS[toBrokerError(error).code].class);
    }
    expect(isRetriable(new KafkaCodeError(29, 'X'))).toBe(false);
    expect(isRetriable(new Error('ours'))).toBe(false);
    expect(toBrokerError(new Error('ours')).code).toBe('INTERNAL');
  });

  it('tell a cluster that is not all back yet from a replication factor that is too high', () => {
    const told = (detail: string) => {
      const error = new KafkaCodeError(38, 'Creating t', detail);
      return [isRetriable(error), toBrokerError(error).code];
    };
    const back = 'Unable to replicate the partition 1 time(s): All brokers are currently fenced.';
    expect(told(back)).toEqual([true, 'BROKER_UNAVAILABLE']);
    expect(told('The target replication factor of 3 cannot be reached.')).toEqual([
      false,
      'PARAMETER_INVALID',
    ]);
  });

  it('say in words what failed', () => {
    expect(() => check(6, 'Fetching t-1')).toThrow(/Fetching t-1 failed with NOT_LEADER_FOR_PARTITION/);
    check(0, 'fine');
    check(6, 'allowed', 6);
  });
});
