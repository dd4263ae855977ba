import { startImageAssign } from '../stages/image-assign.js';
import { startImageFeatures } from '../stages/image-features.js';
import { startImageLearn } from '../stages/image-learn.js';
import { startMachineLearn } from '../stages/machine-learn.js';
import { startMachineResidual } from '../stages/machine-residual.js';
import { startNoiseAssign } from '../stages/noise-assign.js';
import { startNoiseEvents } from '../stages/noise-events.js';
import { startNoiseLearn } from '../stages/noise-learn.js';
import type { RunningStage, StageContext } from '../stages/stage.js';
import { type RecordStore, startStore } from '../stages/store.js';
import { imageFeaturesOf } from './image-features-options.js';
import { machineResidualOf } from './machine-residual-options.js';
import { segmentOptionsOf } from './machine-training.js';
import { logMelOf } from './noise-training.js';
import { sensorTable } from './sensor-options.js';
import type { StageOptions } from './stage-options.js';
import type { Topology } from './topology.js';

/** Starts one stage of a topology. The only place that knows every kind. */
export function startStage(
  options: StageOptions,
  topology: Topology,
  store: RecordStore,
  context: StageContext,
): Promise<RunningStage> {
  switch (options.type) {
    case 'noise_events':
      return startNoiseEvents(options, sensorTable(topology.sensors), context);
    case 'noise_assign':
      return startNoiseAssign(options, context);
    case 'noise_learn':
      return startNoiseLearn({ ...options, logMel: logMelOf(topology, options.input) }, context);
    case 'machine_residual':
      return startMachineResidual(machineResidualOf(options), sensorTable(topology.sensors), context);
    case 'machine_learn':
      return startMachineLearn({ ...options, segment: segmentOptionsOf(topology, options.input) }, context);
    case 'image_features':
      return startImageFeatures(imageFeaturesOf(options), sensorTable(topology.sensors), context);
    case 'image_assign':
      return startImageAssign(options, context);
    case 'image_learn':
      return startImageLearn(options, context);
    case 'store':
      return startStore(options, store, context);
  }
}
