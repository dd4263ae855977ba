import { describe, expect, it } from 'vitest';
import { isDeadLetterTopic, TOPIC_RECORDS } from './topics.js';

describe('dead-letter topics', () => {
  it('are told apart from the topics that they belong to', () => {
    for (const topic of Object.keys(TOPIC_RECORDS)) {
      expect(isDeadLetterTopic(topic)).toBe(false);
      expect(isDeadLetterTopic(`${topic}.dead-letter`)).toBe(true);
    }
  });
});
