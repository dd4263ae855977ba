/** Environment variables by name, as `process.env` has them. */
export type Env = Readonly<Record<string, string | undefined>>;

export type Interpolation =
  | { readonly type: 'plain' }
  | { readonly type: 'resolved'; readonly text: string }
  | { readonly type: 'missing'; readonly name: string }
  | { readonly type: 'malformed'; readonly reference: string };

const REFERENCE = /\$\$|\$\{([^}]*)\}?/g;
const BODY = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/**
 * Puts environment variables into a text: `${NAME}`, `${NAME:-default}` (also when the variable is empty, as in a
 * shell), `$$` for a dollar sign. A dollar sign before anything else stays. The result is text: it is never parsed
 * again, so a variable can't add options.
 */
export function interpolate(text: string, env: Env): Interpolation {
  if (!text.includes('$')) return { type: 'plain' };
  let failure: Interpolation | null = null;
  let references = 0;
  const resolved = text.replace(REFERENCE, (reference: string, body: string | undefined) => {
    if (reference === '$$') return '$';
    references += 1;
    const [, name, fallback] = (reference.endsWith('}') && BODY.exec(body ?? '')) || [];
    if (name === undefined) {
      failure ??= { type: 'malformed', reference };
      return '';
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (fallback !== undefined) return value || fallback;
    if (value === undefined) failure ??= { type: 'missing', name };
    return value ?? '';
  });
  if (failure) return failure;
  if (references === 0 && resolved === text) return { type: 'plain' };
  return { type: 'resolved', text: resolved };
}
