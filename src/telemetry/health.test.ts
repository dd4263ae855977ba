import { describe, expect, it } from 'vitest';
import { Health } from './health.js';

describe('Health', () => {
  it('is not ready before anything has started', () => {
    expect(new Health().report()).toEqual({ ready: false, components: {} });
  });

  it('is ready when every component is, and not when one is stalled', () => {
    const health = new Health(() => 0);
    health.set('broker', 'ready');
    health.set('assign', 'waiting', 'No model has been published yet.');
    expect(health.report().ready).toBe(true);
    health.set('listen', 'stalled', 'audio.raw/3 has not moved for 60 s.');
    expect(health.report().ready).toBe(false);
    health.remove('listen');
    expect(health.report().ready).toBe(true);
  });

  it('tells since when a component is in its state, and keeps that while only the detail changes', () => {
    let now = Date.UTC(2026, 0, 1);
    const health = new Health(() => now);
    health.set('store', 'retrying', 'first try');
    now += 5000;
    health.set('store', 'retrying', 'second try');
    expect(health.get('store')).toEqual({
      state: 'retrying',
      detail: 'second try',
      since: '2026-01-01T00:00:00.000Z',
    });
    health.set('store', 'ready');
    expect(health.get('store')?.since).toBe('2026-01-01T00:00:05.000Z');
  });
});
