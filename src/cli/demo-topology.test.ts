import { describe, expect, it } from 'vitest';
import { noiseTraining } from '../topology/noise-training.js';
import { demoTopology } from './demo-topology.js';

describe('demoTopology', () => {
  it('learns with a network', async () => {
    const { model } = noiseTraining(await demoTopology('here', true));
    expect(model.type).toBe('conv-sdae+gmm');
  });

  it('learns with a mixture where there is no TensorFlow, and is the same otherwise but for machines', async () => {
    const [full, lesser] = await Promise.all([demoTopology('here', true), demoTopology('here', false)]);
    const { type, ...options } = noiseTraining(lesser).model;
    expect(type).toBe('gmm');
    expect(noiseTraining(full).model).toMatchObject(options);
    expect(noiseTraining(lesser).logMel).toEqual(noiseTraining(full).logMel);
    const ofMachines = ['machines', 'learn-machines'];
    expect([...lesser.stages.keys()]).toEqual(
      [...full.stages.keys()].filter(name => !ofMachines.includes(name)),
    );
    for (const name of ofMachines) expect(full.stages.has(name)).toBe(true);
    expect(lesser.dataDir).toBe('here');
  });
});
