import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { EnvHttpProxyAgent, fetch, type Response } from 'undici';
import { PlantsenseError } from '../../../errors.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** How long a server may say nothing, before its answer and in the middle of it. */
const SILENCE_TIMEOUT_MS = 30_000;

/** Reads from web servers: through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, as most programs do. */
export interface Web {
  get(url: string, headers?: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Response>;
  close(): Promise<void>;
}

/**
 * @param certPath file with certificates to trust beside Node's own
 * @param env has the proxies
 */
export function openWeb(certPath: string | null, env: NodeJS.ProcessEnv): Web {
  const tls = certPath === null ? {} : { ca: [...rootCertificates, readCertificates(certPath)] };
  const dispatcher = new EnvHttpProxyAgent({
    httpProxy: env.http_proxy || env.HTTP_PROXY || '',
    httpsProxy: env.https_proxy || env.HTTPS_PROXY || '',
    noProxy: env.no_proxy || env.NO_PROXY || '',
    connect: { ...tls, timeout: CONNECT_TIMEOUT_MS },
    requestTls: tls,
    proxyTls: tls,
    headersTimeout: SILENCE_TIMEOUT_MS,
    bodyTimeout: SILENCE_TIMEOUT_MS,
  });
  return {
    get: (address, headers = {}, signal = undefined) => {
      const url = new URL(address);
      const { username, password } = url;
      // `fetch` refuses a URL that holds a name and password.
      url.username = '';
      url.password = '';
      return fetch(url, {
        dispatcher,
        headers: { ...headers, ...authorization(username, password) },
        ...(signal ? { signal } : {}),
      });
    },
    close: () => dispatcher.close(),
  };
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PlantsenseError(
      'FILE_NOT_FOUND',
      `The certificates of pip's setting \`cert\`, ${path}, can't be read.`,
      {
        cause: error,
      },
    );
  }
}

function authorization(username: string, password: string): Record<string, string> {
  if (username === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** Why a request failed, one line: `fetch` itself says only that it did. */
export function webFailure(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
