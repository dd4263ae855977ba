import type { FitMachineOptions } from '../lifecycle/machine-model/fit-machine.js';
import type { ResidualWidth } from '../nn/residual/architecture.js';

/** The `model` of a stage that learns machines. */
export interface MachineModelOptions {
  readonly width: ResidualWidth;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly rule: 'quantile' | 'gamma';
  readonly quantile: number;
  /** Segments of a mean that hears ageing. */
  readonly creepingSegments: number;
  readonly seed: number;
}

/** The same for a fit. */
export function machineFitOptions(model: MachineModelOptions): FitMachineOptions {
  const { rule, quantile, ...options } = model;
  return { ...options, rule: { type: rule, quantile } };
}
