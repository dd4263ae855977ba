import type { OutgoingMessage } from '../broker/port.js';

/** What a recorder sends: audio chunks, or image frames. */
export type PlantMedium = 'sound' | 'images';

/** A simulated microphone or camera on the plant's clock, from its start to its end. */
export interface PlantRecorder {
  readonly medium: PlantMedium;
  /** When its next message can be sent, µs since the epoch. */
  readonly dueUs: number;
  /** That message; the next one is due later. */
  take(): Promise<OutgoingMessage>;
  /** The message that ends its stream. */
  end(): OutgoingMessage;
}

/** New at each start of a recorder. */
export function simulatedStreamId(startUs: number): string {
  return `simulated-${startUs.toString(36)}`;
}
