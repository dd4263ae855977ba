/** Tells from the inertia of batches when further ones don't help: by an exponential mean, which evens out chance. */
export class SmoothedInertia {
  readonly #batchRows: number;
  readonly #alpha: number;
  readonly #patience: number;
  #mean = Number.NaN;
  #least = Number.POSITIVE_INFINITY;
  #waited = 0;

  /**
   * @param batchRows rows of a batch
   * @param rows rows of all
   * @param patience batches in a row without a lower mean; null: without end
   */
  constructor(batchRows: number, rows: number, patience: number | null) {
    this.#batchRows = batchRows;
    this.#alpha = Math.min(1, (2 * batchRows) / (rows + 1));
    this.#patience = patience ?? Number.POSITIVE_INFINITY;
  }

  /** Takes the inertia of the next batch. */
  stopsImproving(inertia: number): boolean {
    const each = inertia / this.#batchRows;
    this.#mean = Number.isNaN(this.#mean) ? each : this.#mean * (1 - this.#alpha) + each * this.#alpha;
    if (this.#mean < this.#least) {
      this.#least = this.#mean;
      this.#waited = 0;
    } else this.#waited++;
    return this.#waited >= this.#patience;
  }
}
