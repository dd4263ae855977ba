/** What goes wrong at a microphone, in seconds since its recorder's start. */
export type Fault =
  /** Chunks are lost on the way. */
  | ({ readonly type: 'gap' } & Period)
  /** The cable is out: exact zeros. */
  | ({ readonly type: 'silence' } & Period)
  /** The recorder's clock is slow by `jumpSecs` until it is set right. */
  | { readonly type: 'clock_jump'; readonly atSecs: number; readonly jumpSecs: number }
  /** This share of the chunks is sent twice. */
  | { readonly type: 'duplicates'; readonly share: number };

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

/** The share of chunks that are sent twice. */
export function duplicateShare(faults: readonly Fault[]): number {
  return faults.reduce((share, fault) => (fault.type === 'duplicates' ? share + fault.share : share), 0);
}
