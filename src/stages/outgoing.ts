/** A record on its way from a stage to one of its topics; its origin is added when it is sent. */
export interface Outgoing {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Uint8Array | null;
  /**
   * Event time of the last sample or picture behind it, for measuring the delay; absent for what is not made of these.
   */
  readonly dataEndUs?: number;
}

/** An outgoing record that counts among the outputs of one input. */
export interface Indexed {
  readonly outgoing: Outgoing;
  readonly index: number;
}

export function indexed(outgoing: readonly Outgoing[]): Indexed[] {
  return outgoing.map((out, index) => ({ outgoing: out, index }));
}
