/** A time that is left, for people: `40 s`, `12 min`, `3 h 5 min`. */
export function duration(secs: number): string {
  if (secs < 120) return `${Math.ceil(secs)} s`;
  const minutes = Math.ceil(secs / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
