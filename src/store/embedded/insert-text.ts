import { type Word, words } from './sql-words.js';

/** The parts of an INSERT that brings rows. Positions are in the text that was given. */
export interface InsertText {
  /** `INSERT INTO table (columns)`. */
  readonly target: string;
  /** `SETTINGS a = 1`, or empty. */
  readonly settings: string;
  readonly format: string;
  /** Where the rows begin. */
  readonly dataStart: number;
}

const COPIES: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'FROM', 'WATCH']);
/** After these a word is a name, whatever it says. */
const BEFORE_NAME: ReadonlySet<string> = new Set(['INTO', 'TABLE', 'FUNCTION', '.']);

/** Takes an INSERT apart; null for one that copies rows (`INSERT INTO t SELECT`) or has none. */
export function parseInsert(text: string): InsertText | null {
  let depth = 0;
  let settingsStart: number | null = null;
  let formatStart: number | null = null;
  let previous = 'INTO';
  for (const word of words(text)) {
    if (word.keyword === '(') depth += 1;
    if (word.keyword === ')') depth -= 1;
    if (formatStart !== null)
      return insertText(text, settingsStart, formatStart, word.text, dataStart(text, word));
    if (depth === 0 && word.kind === 'word' && !BEFORE_NAME.has(previous)) {
      if (COPIES.has(word.keyword)) return null;
      if (word.keyword === 'SETTINGS') settingsStart ??= word.start;
      if (word.keyword === 'FORMAT') formatStart = word.start;
      if (word.keyword === 'VALUES') return insertText(text, settingsStart, word.start, 'Values', word.end);
    } else if (depth === 1 && word.keyword === 'SELECT') return null;
    previous = word.keyword;
  }
  return null;
}

function insertText(
  text: string,
  settingsStart: number | null,
  formatStart: number,
  format: string,
  start: number,
): InsertText {
  return {
    target: text.slice(0, settingsStart ?? formatStart).trimEnd(),
    settings: settingsStart === null ? '' : text.slice(settingsStart, formatStart).trimEnd(),
    format,
    dataStart: start,
  };
}

/** The rows begin after the line break behind the format's name, or else after the spaces there. */
function dataStart(text: string, format: Word): number {
  const [gap] = /^[ \t\f]*(\r?\n)?/.exec(text.slice(format.end, format.end + 64))!;
  return format.end + gap.length;
}
