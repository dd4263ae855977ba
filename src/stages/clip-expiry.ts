import type { ClipStore } from './clip-store.js';
import type { SensorTable } from './sensor-settings.js';
import type { StageContext } from './stage.js';

const INTERVAL_MS = 600_000;

/** Deletes clips whose time is over, again and again until `signal` aborts. Clips of sensors that now keep none go too. */
export async function expireClips(
  clips: ClipStore,
  sensors: SensorTable,
  { now, log, backoff }: Pick<StageContext, 'now' | 'log' | 'backoff'>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      for (const sensor of await clips.sensors()) {
        const settings = (sensors.byId.get(sensor) ?? sensors.others)?.clips;
        const ttlDays = !settings || settings.mode === 'off' ? 0 : settings.ttlDays;
        const expired = await clips.expire(sensor, ttlDays, now());
        if (expired > 0) log.info({ sensor, expired }, 'Clips whose time was over were deleted.');
      }
    } catch (error) {
      // A directory that can't be read now may be later; sound must not wait for it.
      log.warn({ error: String(error) }, 'Clips could not be looked through for deletion.');
    }
    await backoff.wait(INTERVAL_MS, signal);
  }
}
