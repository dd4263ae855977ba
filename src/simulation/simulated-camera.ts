import { Random } from '../random.js';
import { clockErrorSecs, type Fault, isUnder, shareOf } from './faults.js';
import { photograph, type StripSpec, stripSurface } from './strip-surface.js';
import { addDefect, type DefectKind } from './surface-defects.js';

/** A camera over a steel strip. */
export interface CameraSpec {
  readonly sensor: string;
  /** From one picture to the next. */
  readonly everySecs: number;
  /** Width and height of a picture. */
  readonly sizePx: number;
  readonly strip: StripSpec;
  readonly defects: readonly SeenDefect[];
  /** The plant's inspection, which says no more than whether it sees a defect, is wrong about this share. */
  readonly wrongShare: number;
  readonly faults: readonly Fault[];
}

/** A kind of defect that comes by. Pictures without one are clean. */
export interface SeenDefect {
  readonly kind: DefectKind;
  /** Of all pictures; those of all kinds together at most 1. */
  readonly share: number;
  /** Not seen earlier than this after the camera's start. */
  readonly fromSecs: number;
}

/** What is on a picture. */
export type PictureKind = DefectKind | 'clean';

/** What the plant's inspection says of a piece: a near-label. */
export type InspectionLabel = 'ok' | 'defect';

/** A picture that is taken. */
export interface Shot {
  /** Pictures are counted from the camera's start on, lost ones too. */
  readonly frameIndex: number;
  /** What is on it: for tests only, no stage is told. */
  readonly truth: PictureKind;
  readonly nearLabel: InspectionLabel;
  /** Draws everything on it. */
  readonly seed: number;
}

/** What a simulated camera sends at a time. Times are µs since its start. */
export interface SimulatedFrame extends Shot {
  /** When it was taken by the camera's clock, which may be wrong. */
  readonly clockUs: number;
  /** True time at which it was taken and can be sent. */
  readonly dueUs: number;
  /** Grey, 8 bits, `[sizePx, sizePx]`. */
  readonly pixels: Uint8Array;
  /** Whether the file arrives cut short. */
  readonly truncated: boolean;
}

/** All that a camera takes, without an end and without its faults: what `simulatedCamera` draws. */
export function* cameraSchedule(
  { everySecs, defects, wrongShare }: CameraSpec,
  seed: number,
): Generator<Shot, never> {
  const random = new Random(seeds(seed).schedule);
  for (let frameIndex = 0; ; frameIndex++) {
    const truth = draw(defects, frameIndex * everySecs, random.next());
    const isWrong = random.next() < wrongShare;
    const nearLabel = (truth === 'clean') === isWrong ? 'defect' : 'ok';
    yield { frameIndex, truth, nearLabel, seed: random.uint32() };
  }
}

function draw(defects: readonly SeenDefect[], atSecs: number, place: number): PictureKind {
  let end = 0;
  for (const { kind, share, fromSecs } of defects) {
    end += share;
    if (place < end) return atSecs < fromSecs ? 'clean' : kind;
  }
  return 'clean';
}

/**
 * A camera over a strip, with its faults. Frames without an end, and the same for the same spec and seed. Covered, under
 * the fault `silence`, it takes black pictures.
 */
export function* simulatedCamera(spec: CameraSpec, seed: number): Generator<SimulatedFrame, never> {
  const { everySecs, sizePx, faults } = spec;
  const random = new Random(seeds(seed).faults);
  const shots = cameraSchedule(spec, seed);
  for (;;) {
    const shot = shots.next().value;
    const [truncated, again] = [
      random.next() < shareOf(faults, 'truncated'),
      random.next() < shareOf(faults, 'duplicates'),
    ];
    const atSecs = shot.frameIndex * everySecs;
    if (isUnder(faults, 'gap', atSecs)) continue;
    const dueUs = Math.round(atSecs * 1e6);
    const frame = {
      ...shot,
      dueUs,
      clockUs: dueUs + Math.round(clockErrorSecs(faults, atSecs) * 1e6),
      pixels: isUnder(faults, 'silence', atSecs) ? new Uint8Array(sizePx ** 2) : picture(spec, shot),
      truncated,
    };
    yield frame;
    if (again) yield frame;
  }
}

/** What is on one picture, `[sizePx, sizePx]`. */
export function picture(
  { strip, sizePx, everySecs }: CameraSpec,
  { truth, seed, frameIndex }: Shot,
): Uint8Array {
  const random = new Random(seed);
  const surface = stripSurface(strip, sizePx, random);
  if (truth !== 'clean') addDefect(truth, surface, random);
  return photograph(surface, strip, frameIndex * everySecs, random);
}

/** Schedule and faults have random numbers of their own, so that a change of one leaves the other alone. */
function seeds(seed: number): { readonly schedule: number; readonly faults: number } {
  const random = new Random(seed);
  return { schedule: random.uint32(), faults: random.uint32() };
}
