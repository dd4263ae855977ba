import type { CameraSpec, SeenDefect } from './simulated-camera.js';
import type { StripSpec } from './strip-surface.js';

/** Hot-rolled, unpickled: dark and dull, drawn out by the rolls. */
const STRIP: StripSpec = {
  tone: 0.5,
  grain: 0.035,
  bands: 0.035,
  drift: 0.08,
  driftSecs: 90,
  falloff: 0.22,
  noise: 0.012,
};

/** From which second on a kind of defect comes that a first model has not seen. */
const NEW_DEFECT_FROM_SECS = 45;

const DEFECTS: readonly SeenDefect[] = [
  { kind: 'scratches', share: 0.18, fromSecs: 0 },
  { kind: 'patches', share: 0.18, fromSecs: 0 },
  { kind: 'pitted_surface', share: 0.18, fromSecs: 0 },
  { kind: 'rolled_in_scale', share: 0.1, fromSecs: NEW_DEFECT_FROM_SECS },
  // What only a long run sees.
  { kind: 'crazing', share: 0.05, fromSecs: 300 },
  { kind: 'inclusion', share: 0.05, fromSecs: 420 },
];

/** The camera of the small plant, over the strip that its presses are fed from. */
export function plantCamera(): CameraSpec {
  return {
    sensor: 'strip-camera',
    everySecs: 0.4,
    sizePx: 200,
    strip: STRIP,
    defects: DEFECTS,
    wrongShare: 0.05,
    faults: [
      { type: 'truncated', share: 0.03 },
      { type: 'duplicates', share: 0.02 },
    ],
  };
}
