/** pino's level numbers as the words and colours of a terminal. */
const LEVELS: Readonly<Record<number, { readonly word: string; readonly colour: number }>> = {
  10: { word: 'TRACE', colour: 90 },
  20: { word: 'DEBUG', colour: 36 },
  30: { word: 'INFO ', colour: 32 },
  40: { word: 'WARN ', colour: 33 },
  50: { word: 'ERROR', colour: 31 },
  60: { word: 'FATAL', colour: 35 },
};

const GREY = 90;

/**
 * One line of pino's JSON as a line for people: `12:03:01.250 WARN  listen: message key=value`, the stack of an error
 * below it. Text that is not JSON passes as it is.
 */
export function prettyLogLine(line: string, colours: boolean): string {
  const record = parseObject(line);
  if (!record) return line;
  const { time, level, msg, stage, err, ...rest } = record;
  const paint = (text: string, colour: number) => (colours ? `\x1b[${colour}m${text}\x1b[0m` : text);
  const { word, colour } = LEVELS[Number(level)] ?? { word: String(level), colour: GREY };
  const parts = [paint(clock(time), GREY), paint(word, colour)];
  const text = typeof msg === 'string' ? msg : '';
  parts.push(typeof stage === 'string' ? `${stage}: ${text}` : text);
  for (const [key, value] of Object.entries(rest)) parts.push(paint(`${key}=${show(value)}`, GREY));
  return `${parts.join(' ')}${errorLines(err, text)}\n`;
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

/** The time of day of an ISO 8601 time, in UTC as the record has it. */
function clock(time: unknown): string {
  return typeof time === 'string' ? time.slice(11, 23) : '';
}

function show(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

/** Code and action of an error when it has them: a stack is for errors that nobody expected. */
function errorLines(err: unknown, text: string): string {
  if (typeof err !== 'object' || err === null) return '';
  const { code, message, action, stack } = err as Record<string, unknown>;
  if (typeof action !== 'string') return typeof stack === 'string' ? `\n${stack}` : `\n${show(err)}`;
  const what = message === text ? '' : ` ${String(message)}`;
  return `\n             ${String(code)}:${what} ${action}`;
}
