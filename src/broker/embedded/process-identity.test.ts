import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { bootId, processIdentity } from './process-identity.js';

describe('processIdentity', () => {
  it('is the same as long as a process lives, and another for another process', () => {
    const own = processIdentity(process.pid);
    expect(own).not.toBeNull();
    expect(processIdentity(process.pid)).toBe(own);
    expect(processIdentity(process.ppid)).not.toBe(own);
  });

  it('is nothing for a process that has ended', async () => {
    const child = spawn('true');
    await once(child, 'exit');
    expect(processIdentity(child.pid!)).toBeNull();
  });
});

describe('bootId', () => {
  it('stays the same while the machine runs', () => {
    expect(bootId()).toBe(bootId());
    expect(bootId()).not.toBe('');
  });
});
