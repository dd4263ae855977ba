import { inspect } from 'node:util';

const MASK = '***';

/**
 * A password or token that can't be printed by accident: string conversion, JSON, `console.log` and logs all give
 * `***`. Whoever needs the text asks for it with `reveal`.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Hand it to the client that needs it, and to nothing else. */
  reveal(): string {
    return this.#text;
  }

  get isEmpty(): boolean {
    return this.#text === '';
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

/** `text` with the password of every URL in it masked: `http://user:***@host`. */
export function maskUrlPasswords(text: string): string {
  return text.includes('@') ? text.replace(URL_PASSWORD, `$1${MASK}@`) : text;
}

/** Scheme and user in group 1, then the password, which may itself hold an `@` that nobody escaped. */
const URL_PASSWORD = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@"'\\]*:)[^\s/"'\\]*@/gi;
