import { toPlantsenseError } from '../../errors.js';
import { askedKind } from './asked-kind.js';
import { nativeAddon, wantedTensorflow } from './native-addon.js';
import { megabytes, type Report } from './set-up/progress.js';

/**
 * Sets the native backend up before something needs it, so that nothing waits later, and says beforehand what that
 * fetches. Opens nothing.
 *
 * @returns why there is no native backend, for people; `openBackend` will fall back then. Null when there is one.
 */
export async function prepareBackend(report: Report): Promise<string | null> {
  const { env } = process;
  try {
    const kind = askedKind(env);
    if (kind === 'wasm' || kind === 'cpu') return `PLANTSENSE_TENSOR_BACKEND is ${kind}.`;
    const { release, cache, addon } = wantedTensorflow(env);
    if (!addon) {
      const bytes = release.wheels.reduce((sum, wheel) => sum + wheel.bytes, 0);
      report(
        `TensorFlow is fetched, once: ${megabytes(bytes)} MB, kept in ${cache}. PLANTSENSE_TENSOR_BACKEND=wasm does without.`,
      );
    }
    await nativeAddon(report);
    return null;
  } catch (error) {
    return String(toPlantsenseError(error, 'TENSORFLOW_UNUSABLE'));
  }
}
