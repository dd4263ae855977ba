/** The first features are of local binary patterns. */
const PATTERNS = 54;
/**
 * Among pixels that are all equal, scikit-image lets rounding decide whether a neighbour is as bright as they are; ours says
 * that it is. That moves some of a picture's 38,000 pixels from one pattern to another.
 */
const TOLERANCES = { patterns: 1e-3, gradientsAndCoOccurrence: 1e-6 };

/** How far features of many images are from the peer's. */
export class FeatureAgreement {
  #theirs;
  #images = 0;
  #largest = { patterns: 0, gradientsAndCoOccurrence: 0 };

  /** @param {{ features: Float64Array, dimensions: number } | null} theirs by picture; null without a peer */
  constructor(theirs) {
    this.#theirs = theirs;
  }

  /** @param {number} picture that the features are of */
  add(picture, features) {
    this.#images++;
    if (!this.#theirs) return;
    const { dimensions } = this.#theirs;
    if (features.length !== dimensions) throw new Error(`${features.length} features, not ${dimensions}.`);
    for (let i = 0; i < dimensions; i++) {
      const part = i < PATTERNS ? 'patterns' : 'gradientsAndCoOccurrence';
      const difference = Math.abs(features[i] - this.#theirs.features[picture * dimensions + i]);
      if (!(difference <= this.#largest[part])) this.#largest[part] = difference;
    }
  }

  /** Throws when there are not as many images as there should be, or features differ. */
  check(images) {
    if (this.#images !== images) throw new Error(`Features of ${this.#images} images, not ${images}.`);
    if (!this.#theirs) return null;
    for (const [part, tolerance] of Object.entries(TOLERANCES))
      if (!(this.#largest[part] < tolerance))
        throw new Error(`Features (${part}) differ by ${this.#largest[part]}.`);
    const told = Object.entries(this.#largest).map(([part, value]) => [part, Number(value.toPrecision(2))]);
    return { largestDifference: Object.fromEntries(told) };
  }
}
