import { askedKind } from './asked-kind.js';
import { nativeAddon } from './native-addon.js';
import type { Report } from './set-up/progress.js';

/**
 * Sets the native backend up before something needs it, so that nothing waits later. Opens nothing, and leaves a
 * failure to `openBackend`, which meets it again and falls back.
 */
export async function prepareBackend(report: Report): Promise<void> {
  const kind = askedKind(process.env);
  if (kind === 'wasm' || kind === 'cpu') return;
  try {
    await nativeAddon(report);
  } catch (error) {
    report(String(error));
  }
}
