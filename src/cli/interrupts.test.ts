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
  listenForInterrupts(controller, source, () => {
    told += 1;
  });
  return { source, controller, told: () => told };
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
    const { source } = listening();
    source.emit('SIGTERM');
    expect(() => source.emit('SIGINT')).toThrow('exit');
    expect(source.exited).toBe(130);
  });
});
