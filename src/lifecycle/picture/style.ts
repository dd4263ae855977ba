/** Of text that explains. */
export const MUTED = '#5f6368';
