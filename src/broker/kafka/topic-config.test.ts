import { describe, expect, it } from 'vitest';
import { configFromKafka, configToKafka } from './topic-config.js';

describe('topic settings', () => {
  it('come back as they were', () => {
    const config = {
      cleanupPolicy: 'compact',
      retentionMs: 5,
      retentionBytes: 0,
      maxMessageBytes: 9,
    } as const;
    expect(configFromKafka(new Map(Object.entries(configToKafka({ partitions: 1, ...config }))))).toEqual(
      config,
    );
  });

  it("are always all told, so that the cluster's week of retention is not ours", () => {
    expect(configToKafka({ partitions: 1 })).toEqual({
      'cleanup.policy': 'delete',
      'retention.ms': '-1',
      'retention.bytes': '-1',
      'max.message.bytes': '1048576',
    });
  });

  it('call compacted what is compacted and deleted', () => {
    expect(configFromKafka(new Map([['cleanup.policy', 'compact,delete']])).cleanupPolicy).toBe('compact');
  });
});
