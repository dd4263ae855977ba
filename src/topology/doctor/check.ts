import { toPlantsenseError } from '../../errors.js';

/** Something that was looked at. */
export interface Check {
  readonly name: string;
  /** `warning`: it works, with a limit that one should know of. */
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was found, one sentence. */
  readonly detail: string;
  /** What to do; null when all is well. */
  readonly action: string | null;
}

export function ok(name: string, detail: string): Check {
  return { name, status: 'ok', detail, action: null };
}

export function warning(name: string, detail: string, action: string): Check {
  return { name, status: 'warning', detail, action };
}

export function failed(name: string, detail: string, action: string): Check {
  return { name, status: 'failed', detail, action };
}

/** What `look` finds; an error that it throws is what was found. */
export async function check(name: string, look: () => Promise<Check>): Promise<Check> {
  try {
    return await look();
  } catch (thrown) {
    const { code, message, action } = toPlantsenseError(thrown);
    return failed(name, `${code}: ${message}`, action);
  }
}
