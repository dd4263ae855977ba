import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LiveScreen } from './live-view-screen.js';

class FakeTerminal extends EventEmitter {
  columns: number | undefined = 100;
  rows: number | undefined = 30;
  text = '';

  write(text: string): void {
    this.text += text;
  }
}

class FakeProcess extends EventEmitter {
  readonly pid = 1;
  readonly signals: string[] = [];

  kill(_pid: number, signal: string): void {
    this.signals.push(signal);
  }
}

function setUp() {
  const terminal = new FakeTerminal();
  const process = new FakeProcess();
  let redraws = 0;
  const screen = new LiveScreen(terminal, process, () => {
    redraws += 1;
  });
  return { terminal, process, screen, redraws: () => redraws };
}

const HIDES_CURSOR = '\x1b[?25l';
const SHOWS_CURSOR = '\x1b[?25h';
const LEAVES_SCREEN = '\x1b[?1049l';

describe('LiveScreen', () => {
  it('draws from the top left and clears what an earlier frame left', () => {
    const { terminal, screen } = setUp();
    screen.open();
    terminal.text = '';
    screen.draw(['one', 'two']);
    expect(terminal.text).toBe('\x1b[Hone\x1b[K\r\ntwo\x1b[K\x1b[J');
  });

  it('gives the terminal back with its cursor, once', () => {
    const { terminal, process, screen } = setUp();
    screen.open();
    expect(terminal.text).toContain(HIDES_CURSOR);
    screen.close();
    screen.close();
    process.emit('exit');
    expect(terminal.text.split(SHOWS_CURSOR)).toHaveLength(2);
    expect(terminal.text.endsWith(LEAVES_SCREEN)).toBe(true);
    screen.draw(['late']);
    expect(terminal.text).not.toContain('late');
  });

  it('gives the terminal back when the process ends without a word', () => {
    const { terminal, process, screen } = setUp();
    screen.open();
    process.emit('exit');
    expect(terminal.text.endsWith(LEAVES_SCREEN)).toBe(true);
    expect(terminal.text).toContain(SHOWS_CURSOR);
  });

  it('gives the terminal back while it is suspended', () => {
    const { terminal, process, screen, redraws } = setUp();
    screen.open();
    process.emit('SIGTSTP');
    expect(terminal.text.endsWith(LEAVES_SCREEN)).toBe(true);
    expect(process.signals).toEqual(['SIGSTOP']);
    process.emit('SIGCONT');
    expect(terminal.text.endsWith(HIDES_CURSOR)).toBe(true);
    expect(redraws()).toBe(1);
  });

  it('draws again when the terminal has another size, until it is closed', () => {
    const { terminal, screen, redraws } = setUp();
    screen.open();
    terminal.columns = 50;
    terminal.emit('resize');
    expect([screen.columns, redraws()]).toEqual([50, 1]);
    screen.close();
    terminal.emit('resize');
    expect(redraws()).toBe(1);
  });

  it('takes a terminal that does not know its size for one of 80 × 24', () => {
    const { terminal, screen } = setUp();
    terminal.columns = undefined;
    terminal.rows = undefined;
    expect([screen.columns, screen.rows]).toEqual([80, 24]);
  });
});
