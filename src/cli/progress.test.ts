import { describe, expect, it } from 'vitest';
import { Output } from './output.js';
import { Progress } from './progress.js';
import { Kept } from './testing/run-in-process.js';

describe('a progress bar', () => {
  it('shows how far the work is, over itself, and goes away', () => {
    const terminal = new Kept(true);
    let nowMs = 0;
    const progress = new Progress(new Output(terminal), 'fitting', () => nowMs);
    progress.show(0, 4);
    nowMs = 50;
    progress.show(1, 4, 'too soon');
    nowMs = 150;
    progress.show(2, 4, 'groups');
    progress.end();
    expect(terminal.text.split('\r\x1b[2K')).toEqual([
      '',
      `fitting ${'░'.repeat(24)}   0 %`,
      `fitting ${'█'.repeat(12)}${'░'.repeat(12)}  50 % groups`,
      '',
    ]);
  });

  it('leaves a file alone', () => {
    const file = new Kept(false);
    const progress = new Progress(new Output(file), 'fitting');
    progress.show(1, 2);
    progress.end();
    expect(file.text).toBe('');
  });
});
