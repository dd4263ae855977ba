/** What goes wrong at a microphone or a camera, in seconds since its recorder's start. */
export type Fault =
  /** Chunks or frames are lost on the way. */
  | ({ readonly type: 'gap' } & Period)
  /** The cable is out, or the lens is covered: exact zeros. */
  | ({ readonly type: 'silence' } & Period)
  /** The recorder's clock is slow by `jumpSecs` until it is set right. */
  | { readonly type: 'clock_jump'; readonly atSecs: number; readonly jumpSecs: number }
  /** This share of the chunks or frames is sent twice. */
  | { readonly type: 'duplicates'; readonly share: number }
  /** Of this share of the frames the file is cut short. */
  | { readonly type: 'truncated'; readonly share: number };

/** A stretch of time that comes again. */
export interface Period {
  readonly fromSecs: number;
  readonly lastsSecs: number;
  /** From one beginning to the next. */
  readonly everySecs: number;
}

/** True when a fault of this type covers a moment. */
export function isUnder(faults: readonly Fault[], type: 'gap' | 'silence', atSecs: number): boolean {
  return faults.some(fault => {
    if (fault.type !== type || atSecs < fault.fromSecs) return false;
    return (atSecs - fault.fromSecs) % fault.everySecs < fault.lastsSecs;
  });
}

/** How far the recorder's clock is off at a moment; slow is negative. */
export function clockErrorSecs(faults: readonly Fault[], atSecs: number): number {
  let error = 0;
  for (const fault of faults) {
    if (fault.type === 'clock_jump' && atSecs < fault.atSecs) error -= fault.jumpSecs;
  }
  return error;
}

/** The share of chunks or frames that a fault of this type strikes. */
export function shareOf(faults: readonly Fault[], type: 'duplicates' | 'truncated'): number {
  return faults.reduce((share, fault) => (fault.type === type ? share + fault.share : share), 0);
}
