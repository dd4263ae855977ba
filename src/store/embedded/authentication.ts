import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { frontException } from './exception.js';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * Checks name and password, wherever ClickHouse lets a client put them: basic authorisation, headers, or the URL.
 * @throws EngineException AUTHENTICATION_FAILED
 */
export function authenticate(
  request: IncomingMessage,
  parameters: URLSearchParams,
  expected: Credentials,
): void {
  const given = credentialsOf(request, parameters);
  // Both are compared in any case, so that the time tells nothing.
  const sameName = equal(given.username, expected.username);
  const samePassword = equal(given.password, expected.password);
  if (sameName && samePassword) return;
  throw frontException(
    'AUTHENTICATION_FAILED',
    `${given.username}: Authentication failed: password is incorrect, or there is no user with such name.`,
  );
}

function credentialsOf(request: IncomingMessage, parameters: URLSearchParams): Credentials {
  const basic = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? '');
  if (basic) {
    const text = Buffer.from(basic[1]!, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    return colon < 0
      ? { username: text, password: '' }
      : { username: text.slice(0, colon), password: text.slice(colon + 1) };
  }
  return {
    username: header(request, 'x-clickhouse-user') ?? parameters.get('user') ?? 'default',
    password: header(request, 'x-clickhouse-key') ?? parameters.get('password') ?? '',
  };
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length ? timingSafeEqual(left, right) : timingSafeEqual(left, left) && false;
}
