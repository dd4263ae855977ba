import { counted } from './live-view-format.js';

/** What is told of a microphone's oddities, by the kind under which the listening stage counts them. */
export const ODDITIES: Readonly<Record<string, (times: number) => string>> = {
  gap: times => counted(times, 'gap'),
  clock_jump: times => counted(times, 'clock jump'),
  duplicate: times => counted(times, 'duplicate'),
};
