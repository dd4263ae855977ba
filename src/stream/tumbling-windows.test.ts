import { describe, expect, it } from 'vitest';
import { emptyCheckpoint, stateKey } from './checkpoint.js';
import { testDelivery } from './testing/test-delivery.js';
import { TumblingWindows, type WindowOptions } from './tumbling-windows.js';

const SECOND = 1_000_000;

function make(options: Partial<WindowOptions> = {}, start = emptyCheckpoint(0)) {
  const windows = new TumblingWindows<number>(start, {
    sizeUs: 10 * SECOND,
    idleUs: 30 * SECOND,
    maxBytes: 1000,
    ...options,
  });
  let offset = 0;
  const push = (key: string, seconds: number, bytes = 10, replayed = false) => {
    const at = { key, eventTimeUs: seconds * SECOND, offset, bytes, replayed };
    const { outputs, changes } = windows.step(testDelivery(offset, at));
    offset += 1;
    return {
      changes,
      closed: outputs.map(w => `${w.key} ${w.startUs / SECOND} [${w.values}] ${w.closedBy}`),
    };
  };
  return { windows, push };
}

describe('TumblingWindows', () => {
  it('closes a window by the first value of a later one, each key for itself', () => {
    const { push } = make();
    expect([push('a', 1), push('b', 2), push('a', 9)].flatMap(({ closed }) => closed)).toEqual([]);
    expect(push('a', 10).closed).toEqual(['a 0 [0,2] time']);
    expect(push('b', 35).closed).toEqual(['b 0 [1] time']);
  });

  it('holds the log from the first value of each open window on, and lets go when it closes', () => {
    const { push } = make();
    const key = stateKey('a');
    expect(push('a', 1).changes).toEqual([{ type: 'hold', key, offset: 0 }]);
    expect(push('a', 2).changes).toEqual([]);
    expect(push('a', 11).changes).toEqual([
      { type: 'release', key },
      { type: 'hold', key, offset: 2 },
    ]);
  });

  it('tells of a value whose window is over, and lets it join none', () => {
    const late: number[] = [];
    const { push } = make({ onLate: ({ offset }) => void late.push(offset) });
    push('a', 11);
    expect(push('a', 9)).toEqual({ closed: [], changes: [] });
    expect(push('a', 20).closed).toEqual(['a 10 [0] time']);
    expect(late).toEqual([1]);
  });

  it('closes the window of a key that fell silent', () => {
    const { push } = make();
    push('a', 1);
    push('b', 1);
    push('b', 20);
    expect(push('b', 32).closed).toEqual(['a 0 [0] idle', 'b 20 [2] time']);
  });

  it('cuts the largest window when all together reach their limit, so that memory stays flat', () => {
    const { windows, push } = make({ maxBytes: 100 });
    push('a', 1, 30);
    push('b', 1, 50);
    expect(push('a', 2, 30).closed).toEqual(['a 0 [0,2] limit']);
    expect(windows.retainedBytes).toBe(50);
    expect(push('c', 2, 500).closed).toEqual(['c 0 [3] limit']);
    expect(windows.retainedBytes).toBe(50);
    // What comes after the cut goes on in a window of the same bounds.
    push('a', 3);
    expect(push('a', 10).closed).toEqual(['a 0 [4] time']);
  });

  it('cuts the largest, not the one that grew last; of equally large ones the oldest', () => {
    const { push } = make({ maxBytes: 100 });
    push('a', 1, 40);
    push('b', 1, 60);
    expect(push('a', 2, 10).closed).toEqual(['b 0 [1] limit']);
    push('c', 2, 50);
    expect(push('d', 2, 10).closed).toEqual(['a 0 [0,2] limit']);
  });

  it('rebuilds from a replay only the windows that were open', () => {
    const start = { ...emptyCheckpoint(3), holds: new Map([[stateKey('a'), 1]]) };
    const { push } = make({}, start);
    expect(push('a', 1, 10, true).changes).toEqual([]);
    push('a', 11, 10, true);
    expect(push('b', 12, 10, true).changes).toEqual([]);
    expect(push('a', 21).closed).toEqual(['a 10 [1] time']);
  });

  it('closes an idle window at the same message after a restart, though only closed windows show its silence', () => {
    const log: [key: string, seconds: number, bytes: number][] = [
      ['a', 1, 10],
      ['b', 1, 600],
      // The limit cuts the window of b: nothing holds these two.
      ['b', 2, 600],
      ['b', 35, 10],
    ];
    const { push } = make();
    expect(log.map(each => push(...each).closed)).toEqual([[], [], ['b 0 [1,2] limit'], ['a 0 [0] idle']]);
    const afterCut = make({}, { ...emptyCheckpoint(3), holds: new Map([[stateKey('a'), 0]]) });
    for (const each of log.slice(0, 3)) afterCut.push(...each, true);
    expect(afterCut.push(...log[3]!).closed).toEqual(['a 0 [0] idle']);
  });
});
