/** A decoded picture: rows from the top, pixels from the left, channels interleaved. */
export interface Image {
  readonly width: number;
  readonly height: number;
  /** Grey, or red, green and blue. */
  readonly channels: 1 | 3;
  /** 0..255, or 0..65,535 where the source has 16 bits: `[height, width, channels]`. */
  readonly data: Uint8Array | Uint16Array;
}
