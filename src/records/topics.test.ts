import { describe, expect, it } from 'vitest';
import { deadLetterTopic, isDeadLetterTopic, TOPIC_RECORDS } from './topics.js';

describe('dead-letter topics', () => {
  it('are told apart from the topics that they belong to', () => {
    for (const topic of Object.keys(TOPIC_RECORDS)) {
      expect(isDeadLetterTopic(topic)).toBe(false);
      expect(isDeadLetterTopic(deadLetterTopic(topic))).toBe(true);
    }
  });
});
