/** A file of a Python package index: a zip archive with a native library in it. No Python is needed to use that. */
export interface Wheel {
  /** The project's normalised name: `tensorflow-cpu`. */
  readonly project: string;
  readonly fileName: string;
  readonly bytes: number;
  /** Hexadecimal, as the index gave it when this version of Plantsense was made. */
  readonly sha256: string;
  /** Which files of it are unpacked, by their path inside. */
  readonly wants: (path: string) => boolean;
}
