import { describe, expect, it } from 'vitest';
import { EvidenceCollector } from './alarm-evidence.js';

describe('the evidence of an alarm', () => {
  it('has the loudest segment, the mean of its means and its worst bands', () => {
    const collector = new EvidenceCollector(100, 2);
    collector.add(100, 200, 3, 2, Float64Array.of(1, 4));
    collector.add(150, 250, 7, 4, Float64Array.of(1, 8));
    collector.add(200, 300, 7, 3, Float64Array.of(1, 6));
    expect(collector.evidence()).toEqual({
      ...{ firstUs: 100, lastUs: 300, segments: 3 },
      // The first of two that are as loud.
      ...{ peakResidual: 7, peakUs: 150, peakScore: 4, meanScore: 3 },
    });
    expect(collector.worstBands(Float64Array.of(1, 2), 3)).toEqual([
      { band: 1, residual: 6, normalResidual: 2, ratio: 3 },
    ]);
  });

  it('goes on from its totals, whose bands nobody kept', () => {
    const first = new EvidenceCollector(100, 1);
    first.add(100, 200, 3, 2, Float64Array.of(9));
    const second = new EvidenceCollector(first.totals, 1);
    expect(second.worstBands(Float64Array.of(1), 3)).toEqual([]);
    second.add(200, 300, 1, 4, null);
    expect(second.evidence()).toMatchObject({
      firstUs: 100,
      lastUs: 300,
      segments: 2,
      peakUs: 100,
      meanScore: 3,
    });
    expect(first.evidence().segments).toBe(1);
  });
});
