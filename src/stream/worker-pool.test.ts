import { afterEach, describe, expect, it } from 'vitest';
import type { EchoRequest } from './testing/echo.worker.js';
import { WorkerPool, WorkerThread } from './worker-pool.js';

const threads: WorkerThread[] = [];
function startThread(): WorkerThread {
  const thread = new WorkerThread(import.meta.url, './testing/echo.worker');
  threads.push(thread);
  return thread;
}
const call = <T>(
  thread: WorkerThread,
  request: EchoRequest,
  ...rest: [ArrayBuffer[]?, ((p: unknown) => void)?]
) => thread.call<T>(request, ...rest);

afterEach(async () => {
  await Promise.all(threads.splice(0).map(thread => thread.close()));
});

describe('WorkerThread', () => {
  it('answers calls in the order in which they were made, however long each takes', async () => {
    const thread = startThread();
    const order: unknown[] = [];
    const calls = [20, 0, 5].map((turns, value) =>
      call(thread, { do: 'echo', value, turns }).then(result => order.push(result)),
    );
    expect(thread.load).toBe(3);
    await Promise.all(calls);
    expect([order, thread.load]).toEqual([[0, 1, 2], 0]);
  });

  it('moves buffers there and back without a copy', async () => {
    const thread = startThread();
    const samples = Float32Array.of(1, 2, 3);
    const answer = call<Float32Array>(thread, { do: 'double', samples }, [samples.buffer]);
    expect(samples.length).toBe(0);
    expect(await answer).toEqual(Float32Array.of(2, 4, 6));
  });

  it('tells of progress before the answer', async () => {
    const progress: unknown[] = [];
    await call(startThread(), { do: 'report', count: 3 }, [], each => void progress.push(each));
    expect(progress).toEqual([0, 1, 2]);
  });

  it('passes errors on with their code, and goes on after them', async () => {
    const thread = startThread();
    await expect(call(thread, { do: 'refuse' })).rejects.toMatchObject({
      code: 'AUDIO_NOT_FINITE',
      class: 'terminal',
    });
    await expect(call(thread, { do: 'mistake' })).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(call(thread, { do: 'unsendable' })).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await call(thread, { do: 'echo', value: 'on' })).toBe('on');
  });

  it('does not count a call that could not even be sent', async () => {
    const thread = startThread();
    const unsendable = call(thread, { do: 'echo', value: () => {} });
    await expect(unsendable).rejects.toThrow('could not be cloned');
    expect(thread.load).toBe(0);
  });

  it.each(['exit', 'crash'] as const)(
    'fails what is under way and all that comes when the thread dies (%s)',
    async how => {
      const thread = startThread();
      const calls = [call(thread, { do: how }), call(thread, { do: 'echo', value: 1 })];
      for (const each of calls)
        await expect(each).rejects.toMatchObject({ code: 'WORKER_CRASHED', class: 'fatal' });
      await expect(call(thread, { do: 'echo', value: 2 })).rejects.toMatchObject({ code: 'WORKER_CRASHED' });
      expect(thread.load).toBe(0);
    },
  );

  it('fails what is under way when it is closed: nobody waits for ever', async () => {
    const thread = startThread();
    const waiting = expect(call(thread, { do: 'echo', value: 1, turns: 1e9 })).rejects.toMatchObject({
      code: 'WORKER_CRASHED',
    });
    await thread.close();
    await waiting;
    await thread.close();
  });
});

describe('WorkerPool', () => {
  it('leases the thread with the fewest lanes, and takes it back', async () => {
    const pool = new WorkerPool(2, startThread);
    const [a, b, c] = [pool.lease(), pool.lease(), pool.lease()];
    expect(a.thread).not.toBe(b.thread);
    expect(c.thread).toBe(a.thread);
    a.release();
    c.release();
    expect(pool.lease().thread).toBe(a.thread);
    await pool.close();
  });
});
