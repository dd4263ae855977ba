import { describe, expect, it } from 'vitest';
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './group.js';

const partitions = new Map([
  ['audio.raw', [0, 2, 5]],
  ['models', [0]],
]);

describe('the consumer protocol', () => {
  it('carries a subscription', () => {
    const subscription = { topics: ['audio.raw', 'models'], owned: partitions, generationId: 7 };
    expect(decodeSubscription(encodeSubscription(subscription))).toEqual(subscription);
  });

  it('carries an assignment, and an empty one', () => {
    expect(decodeAssignment(encodeAssignment(partitions))).toEqual(partitions);
    expect(decodeAssignment(encodeAssignment(new Map()))).toEqual(new Map());
    expect(decodeAssignment(Buffer.alloc(0))).toEqual(new Map());
    expect(decodeAssignment(null)).toEqual(new Map());
  });

  it("has the bytes of Kafka's ConsumerProtocolAssignment, version 0", () => {
    expect(encodeAssignment(new Map([['t', [1]]])).toString('hex')).toBe(
      '0000' + '00000001' + '000174' + '00000001' + '00000001' + 'ffffffff',
    );
  });
});
