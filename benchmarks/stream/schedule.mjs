// When microphones send.
export const CHUNK_MS = 500;

/** How long after its last sample a microphone's chunk is sent: spread over the length of a chunk. */
export function delayMs(microphone) {
  return (microphone * 193) % CHUNK_MS;
}

export function sensorOf(microphone) {
  return `mic-${String(microphone).padStart(4, '0')}`;
}

export function microphoneOf(sensor) {
  return Number(sensor.slice(4));
}
