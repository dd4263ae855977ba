import { describe, expect, it } from 'vitest';
import { holdOutRecent } from './hold-out-recent.js';
import { mixed, setOf } from './testing/pictures.js';

describe('pictures that are kept back', () => {
  const images = mixed({ scratch: 20, hole: 20 });

  it('are of the newer half, the same whenever the same pictures come, and are not learnt', () => {
    const { learnt, heldOut } = holdOutRecent(setOf(images), 0.2);
    expect(heldOut.ids).toHaveLength(8);
    const newer = new Set(images.slice(20).map(({ id }) => id));
    expect(heldOut.ids.every(id => newer.has(id))).toBe(true);
    expect(new Set([...learnt.ids, ...heldOut.ids]).size).toBe(40);
    expect(heldOut.features.rows).toBe(8);
    expect(holdOutRecent(setOf(images), 0.2).heldOut.ids).toEqual(heldOut.ids);
  });

  // A hundredth of fifty pictures was none, and no new groups were ever judged.
  it('are one at least', () => {
    expect(holdOutRecent(setOf(images), 0.01).heldOut.ids).toHaveLength(1);
  });
});
