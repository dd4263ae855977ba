import { expect, it, vi } from 'vitest';
import { EMPTY_SUMMARY, type Statement } from './statement.js';
import { StatementPool } from './statement-pool.js';

const engine = vi.hoisted(() => ({ kills: 0, begun: () => {}, killed: () => {} }));

vi.mock('./engine.js', () => ({
  EngineConnection: class {
    async run(): Promise<void> {
      engine.kills += 1;
      if (engine.kills === 1) throw new Error('Memory limit exceeded');
      engine.killed();
    }
    close(): void {}
  },
}));

vi.mock('./statement-thread.js', () => ({
  StatementThread: class {
    async *execute() {
      await new Promise<void>(resolve => {
        engine.killed = resolve;
        engine.begun();
      });
      yield* [];
      return EMPTY_SUMMARY;
    }
  },
}));

it('cancels the read of a client that went away, also when the engine fails a first try', async () => {
  const pool = new StatementPool({ directory: '', inserts: 1, others: 1, queue: 1, onCrash: () => {} });
  const gone = new AbortController();
  const read = { kind: 'read', id: 'q' } as Statement;
  engine.begun = () => gone.abort();
  await pool.run(read, gone.signal).next();
  await pool.idle();
  expect(engine.kills).toBe(2);
});
