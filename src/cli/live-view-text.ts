/** Styled text for a terminal, built in pieces so that its width is known. */

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | { readonly colour: number };

/** A piece of a line: plain text, or text with a style. */
export type Span = string | readonly [text: string, style: Style];

const CODES = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const;
const RESET = '\x1b[0m';

/** A line of at most `width` columns: what goes beyond is cut. All characters must be one column wide. */
export function styledLine(spans: readonly Span[], width: number): string {
  let left = width;
  let line = '';
  for (const span of spans) {
    const [text, style] = typeof span === 'string' ? [span, undefined] : span;
    const shown = text.slice(0, left);
    if (shown === '') continue;
    left -= shown.length;
    line += style === undefined ? shown : `\x1b[${code(style)}m${shown}${RESET}`;
  }
  return line;
}

/** A line with something at its right end, which goes first when there is no room for both. */
export function spread(left: readonly Span[], right: readonly Span[], width: number): Span[] {
  const gap = width - length(left) - length(right);
  return gap < 1 ? [...left] : [...left, ' '.repeat(gap), ...right];
}

/** The text without styles. */
export function plainText(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
  return line.replace(/\x1b\[[0-9;]*m/g, '');
}

/** Text in a field of a fixed width, cut or filled up. */
export function field(text: string, width: number): string {
  return text.slice(0, width).padEnd(width);
}

function length(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + (typeof span === 'string' ? span : span[0]).length, 0);
}

function code(style: Style): string {
  return typeof style === 'string' ? CODES[style] : `38;5;${style.colour}`;
}
