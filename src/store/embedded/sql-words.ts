/** A word or sign of an SQL text. Strings, quoted names and comments are passed over as a whole. */
export interface Word {
  readonly text: string;
  /** `text` in capitals for a word; the sign itself; empty for something quoted. */
  readonly keyword: string;
  readonly kind: 'word' | 'sign' | 'quoted';
  readonly start: number;
  readonly end: number;
}

// One alternative each: space, comments, strings and quoted names, heredocs, words and numbers, any other sign.
const TOKEN =
  /(\s+)|(--[^\n]*|#[! ][^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^'\\]|\\[\s\S]|'')*'?|"(?:[^"\\]|\\[\s\S])*"?|`(?:[^`\\]|\\[\s\S])*`?)|(\$(\w*)\$[\s\S]*?(?:\$\5\$|$))|([\p{L}\p{N}_]+)|([\s\S])/gu;

/** The words of an SQL text in order, up to where it ends or makes no sense. */
export function* words(sql: string): Generator<Word> {
  for (const match of sql.matchAll(TOKEN)) {
    const [text, space, comment, quoted, heredoc, , word] = match;
    if (space !== undefined || comment !== undefined) continue;
    const place = { text, start: match.index, end: match.index + text.length };
    if (quoted !== undefined || heredoc !== undefined) yield { ...place, kind: 'quoted', keyword: '' };
    else if (word !== undefined) yield { ...place, kind: 'word', keyword: text.toUpperCase() };
    else yield { ...place, kind: 'sign', keyword: text };
  }
}

/** The keyword that a statement begins with: SELECT, INSERT. Opening parentheses are passed over. */
export function leadingKeyword(sql: string): string {
  for (const { kind, keyword } of words(sql)) {
    if (kind === 'word') return keyword;
    if (keyword !== '(') return '';
  }
  return '';
}

/** What the front must know of a statement that brings no rows. */
export interface StatementShape {
  /** The format that it asks for at its end (`... FORMAT CSV SETTINGS a = 1;`), or null. */
  readonly format: string | null;
  /** True when another statement follows. */
  readonly several: boolean;
  /** True when it would read or write files by INFILE or OUTFILE, which is for a client of the engine to do. */
  readonly files: boolean;
}

const PATH_COMES: ReadonlySet<string> = new Set(['FROM INFILE', 'INTO OUTFILE']);

export function statementShape(sql: string): StatementShape {
  let format: string | null = null;
  let several = false;
  let files = false;
  let ended = false;
  let previous = '';
  // After FORMAT and a name only SETTINGS or the end may come; else the word was a name and not the clause.
  let clause: 'none' | 'format' | 'name' | 'settings' = 'none';
  for (const { kind, keyword, text } of words(sql)) {
    if (ended) several = true;
    if (keyword === ';') ended = true;
    else if (keyword === 'FORMAT') clause = 'format';
    else if (clause === 'format' && kind === 'word') [clause, format] = ['name', text];
    else if (clause === 'name' && keyword === 'SETTINGS') clause = 'settings';
    else if (clause !== 'settings') [clause, format] = ['none', null];
    if (kind === 'quoted' && PATH_COMES.has(previous)) files = true;
    previous = `${previous.split(' ').at(-1)} ${keyword}`;
  }
  return { format, several, files };
}
