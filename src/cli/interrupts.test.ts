import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Interrupted } from './exit-code.js';
import { listenForInterrupts } from './interrupts.js';

class FakeProcess extends EventEmitter {
  exited: number | null = null;

  exit(code: number): never {
    this.exited = code;
    throw new Error('exit');
  }
}

function listening() {
  const source = new FakeProcess();
  const controller = new AbortController();
  let told = 0;
  const clock = { nowMs: 0 };
  listenForInterrupts(
    controller,
    source,
    () => {
      told += 1;
    },
    () => clock.nowMs,
  );
  return { source, controller, clock, told: () => told };
}

describe('Ctrl-C', () => {
  it('asks the command to finish at first, and says so', () => {
    const { source, controller, told } = listening();
    source.emit('SIGINT');
    expect(controller.signal.reason).toBeInstanceOf(Interrupted);
    expect(controller.signal.reason).toMatchObject({ exitCode: 130 });
    expect([source.exited, told()]).toEqual([null, 1]);
  });

  it('ends the process at once the second time, whichever signal came first', () => {
    const { source, clock } = listening();
    source.emit('SIGTERM');
    clock.nowMs = 600;
    expect(() => source.emit('SIGINT')).toThrow('exit');
    expect(source.exited).toBe(130);
  });

  it('takes one Ctrl-C that comes twice, from the terminal and from npm, for one', () => {
    const { source, clock, told } = listening();
    source.emit('SIGINT');
    clock.nowMs = 20;
    source.emit('SIGINT');
    expect([source.exited, told()]).toEqual([null, 1]);
  });
});
