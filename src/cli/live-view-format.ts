/** Numbers and times as the demo shows them. */

/** `1:05` */
export function minutes(secs: number): string {
  const whole = Math.max(0, Math.floor(secs));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** The time of day in the time zone that is `offsetMinutes` ahead of UTC. */
export function timeOfDay(timeUs: number, offsetMinutes: number): string {
  return new Date(timeUs / 1000 + offsetMinutes * 60_000).toISOString().slice(11, 19);
}

export function decibels(level: number | null): string {
  return level === null ? '  –   ' : `${level.toFixed(0).padStart(3)} dB`;
}

/** `12,345` */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

export function kilobytes(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `1 event`, `2 events` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** A band: `2.5-3.1 kHz` */
export function kilohertz([lowHz, highHz]: readonly [number, number]): string {
  return `${(lowHz / 1000).toFixed(1)}-${(highHz / 1000).toFixed(1)} kHz`;
}
