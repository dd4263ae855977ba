import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { maskUrlPasswords, Secret } from './secret.js';

describe('Secret', () => {
  const secret = new Secret('hunter2');

  it('gives its text only to those who ask for it', () => {
    expect(secret.reveal()).toBe('hunter2');
  });

  it('prints as *** in strings, JSON, inspection and console formatting, also inside other objects', () => {
    expect(`${secret}`).toBe('***');
    expect(String(secret)).toBe('***');
    expect(JSON.stringify({ sasl: { password: secret } })).toBe('{"sasl":{"password":"***"}}');
    expect(inspect({ sasl: { password: secret } }, { depth: null, showHidden: true })).not.toContain(
      'hunter2',
    );
    expect(inspect([secret])).toBe('[ *** ]');
    expect({ ...secret }).toEqual({});
  });

  it('is not revealed by a structured clone', () => {
    expect(JSON.stringify(structuredClone({ password: secret }))).not.toContain('hunter2');
  });
});

describe('maskUrlPasswords', () => {
  it('masks the password and keeps the rest of the text', () => {
    expect(maskUrlPasswords('GET http://anna:s3cret@db:8123/ping failed')).toBe(
      'GET http://anna:***@db:8123/ping failed',
    );
    expect(maskUrlPasswords('http://anna:s3@cret@db:8123')).toBe('http://anna:***@db:8123');
    expect(maskUrlPasswords('{"a":"https://:pw@h","b":"x@y"}')).toBe('{"a":"https://:***@h","b":"x@y"}');
  });

  it('leaves texts without a password alone', () => {
    for (const text of [
      'http://db:8123/ping',
      'mail to a@b.example',
      'kafka://h1:9092,h2:9092',
      '12:30 @ noon',
    ])
      expect(maskUrlPasswords(text)).toBe(text);
  });
});
