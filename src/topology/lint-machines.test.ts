import { describe, expect, it } from 'vitest';
import { type Change, changed, found, LEARNT, MACHINES, WITH_MACHINES } from './testing/changed-topology.js';

describe('the stage of machines', () => {
  const press = (count: number, settings: object = {}): Change => [
    'sensors/by_id',
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`press-${i}`, { machine: {}, ...settings }])),
  ];

  it('has room for 80 machines in a partition', () => {
    const rule = 'sensors-per-partition topics["audio.raw"].partitions';
    expect(found(changed(...WITH_MACHINES, press(321)))).toContain(rule);
    expect(found(changed(...WITH_MACHINES, press(320)))).not.toContain(rule);
  });

  it('needs messages that a segment fits in, where it publishes them', () => {
    const outputs = { ...MACHINES.outputs, features: 'features.machine' };
    const publishing = (bytes: number): Change[] => [
      ...WITH_MACHINES,
      press(1),
      ['stages/machines/outputs', outputs],
      ['topics/features.machine', { partitions: 4, max_message_bytes: bytes }],
    ];
    const rule = 'features-too-large stages.machines.outputs.features';
    expect(found(changed(...publishing(135_167)))).toContain(rule);
    expect(found(changed(...publishing(135_168)))).not.toContain(rule);
  });

  it('is learnt from two blocks at least', () => {
    const rule = 'block-range stages.learn-machines.block_segments';
    const firstOf = (segments: number): Change[] => [
      ...LEARNT,
      ['stages/learn-machines/first_after_segments', segments],
    ];
    expect(found(changed(...firstOf(80)))).toContain(rule);
    expect(found(changed(...firstOf(81)))).not.toContain(rule);
  });

  it('needs the log for as long as an alarm must hold', () => {
    const rule = 'retention-shorter-than-hold-back topics["audio.raw"].retention_hours';
    const holding = (secs: number): Change[] => [
      ...WITH_MACHINES,
      press(1),
      ['topics/audio.raw/retention_hours', 1],
      ['stages/machines/creeping', { hold_secs: secs }],
    ];
    expect(found(changed(...holding(3000)))).toContain(rule);
    expect(found(changed(...holding(2900)))).not.toContain(rule);
  });
});
