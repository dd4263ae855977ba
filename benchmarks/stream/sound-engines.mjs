import { startEngines } from '../engines.mjs';

/** Broker and store for a topology that listens in one thread and keeps little sound. */
export function startSoundEngines(log) {
  return startEngines(log, 'noise-clustering', ({ topics, stages }) => {
    Object.assign(topics['audio.raw'], { retention_hours: 1, retention_bytes: 268_435_456 });
    stages.listen.workers = 1;
  });
}
