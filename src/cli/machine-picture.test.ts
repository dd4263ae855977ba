import { describe, expect, it } from 'vitest';
import { DemoPicture } from './demo-picture.js';
import { detectorOf } from './machine-picture.js';
import { machineAlarm, machineModel, machineScore, model } from './testing/demo-records.js';

const pictureOf = (...records: Parameters<DemoPicture['take']>[0][]) => {
  const picture = new DemoPicture(['hall'], ['press-1', 'press-2']);
  for (const record of records) picture.take(record);
  return picture;
};

describe('the picture of a machine', () => {
  it('has residuals as shares of the threshold of single segments, none while the machine is off', () => {
    const picture = pictureOf(
      machineScore('press-1', { residual: 0.3 }),
      machineScore('press-1', { residual: null, verdict: 'off' }),
      machineScore('press-1', { residual: 0.9, verdict: 'abnormal' }),
    );
    const machine = picture.machines.get('press-1')!;
    expect(machine.residuals).toEqual([0.5, null, 1.5]);
    expect(machine).toMatchObject({ segments: 3, abnormalSegments: 1, score: { residual: 0.9 } });
    expect(picture.machines.get('press-2')!.score).toBeNull();
  });

  it('knows which alarms are open, and all that were raised', () => {
    const sudden = machineAlarm('a', 'press-1', 'sudden');
    const picture = pictureOf(
      sudden,
      machineAlarm('b', 'press-1', 'creeping'),
      machineAlarm('a', 'press-1', 'sudden', { state: 'cleared' }),
    );
    const machine = picture.machines.get('press-1')!;
    expect([...machine.openAlarms.keys()]).toEqual(['b']);
    expect(machine.openAlarm('sudden')).toBeUndefined();
    expect(machine.openAlarm('creeping')?.id).toBe('b');
    expect([...machine.raised].map(([id, alarm]) => [id, detectorOf(alarm)])).toEqual([
      ['a', 'sudden'],
      ['b', 'creeping'],
    ]);
  });

  it('takes no alarm of another kind for one of the machine', () => {
    const picture = pictureOf(
      machineAlarm('a', 'press-1', 'sudden', { kind: 'sensor_silent', evidence: null }),
    );
    expect(picture.machines.get('press-1')!.openAlarms.size).toBe(0);
  });

  it('has its own model, else that of all machines; neither is taken for the model of the noise', () => {
    const picture = pictureOf(
      machineModel('press-1', { version: 'own' }),
      machineModel('', { version: 'of-all' }),
      machineModel('press-1', { version: 'refused', state: 'refused' }),
    );
    expect(picture.machines.get('press-1')!.model?.version).toBe('own');
    expect(picture.machines.get('press-2')!.model?.version).toBe('of-all');
    expect(picture.model).toBeNull();
    picture.take(model());
    expect(picture.model?.version).toBe('v0001-abc');
    picture.take(machineModel('press-2', { version: 'later' }));
    expect(picture.machines.get('press-2')!.model?.version).toBe('later');
  });

  it('forgets old segments and alarms, so that it can run for days', () => {
    const picture = pictureOf();
    for (let i = 0; i < 3000; i++) {
      picture.take(machineScore('press-1'));
      picture.take(machineAlarm(`alarm-${i}`, 'press-1', 'sudden'));
      picture.take(machineAlarm(`alarm-${i}`, 'press-1', 'sudden', { state: 'cleared' }));
    }
    const { residuals, raised, openAlarms, segments } = picture.machines.get('press-1')!;
    expect([residuals.length, raised.size, openAlarms.size, segments]).toEqual([200, 1000, 0, 3000]);
  });
});
