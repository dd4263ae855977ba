import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { PlantsenseError } from '../../../errors.js';
import type { KafkaTls, ResolvedSettings } from '../settings.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export const addressText = ({ host, port }: Address): string => `${host}:${port}`;

/**
 * Reads `host:port`, with square brackets around an IPv6 address.
 * @throws PlantsenseError PARAMETER_INVALID
 */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new PlantsenseError('PARAMETER_INVALID', `"${text}" is no broker address: write host:port.`);
  }
  return { host: match[1] ?? match[2]!, port };
}

export function unavailable(address: Address, why: string, cause?: unknown): PlantsenseError {
  return new PlantsenseError('BROKER_UNAVAILABLE', `Kafka at ${addressText(address)}: ${why}.`, { cause });
}

const tlsOptions = (tls: KafkaTls, host: string) => {
  const { serverName, ...pem } = tls;
  const name = serverName ?? (isIP(host) ? undefined : host);
  return { ...pem, ...(name === undefined ? {} : { servername: name }) };
};

/** A failed handshake never heals by itself: a wrong authority, name or date, or no TLS at the other end. */
function isTlsFailure(error: NodeJS.ErrnoException): boolean {
  const code = error.code ?? '';
  return /^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO)/.test(code);
}

/** What an error event of a socket means. */
export function socketFailure(address: Address, error: NodeJS.ErrnoException): PlantsenseError {
  if (!isTlsFailure(error))
    return unavailable(address, error.message || (error.code ?? 'no connection'), error);
  const message = `The TLS handshake with Kafka at ${addressText(address)} failed: ${error.message}.`;
  return new PlantsenseError('BROKER_AUTH_FAILED', message, { cause: error });
}

/** @throws PlantsenseError BROKER_AUTH_FAILED if the certificates or the key can't be read */
function startSocket({ host, port }: Address, tls: KafkaTls | undefined, ready: () => void): Socket {
  if (tls === undefined) return connectTcp({ host, port }, ready);
  try {
    return connectTls({ host, port, ...tlsOptions(tls, host) }, ready);
  } catch (error) {
    const why = (error as Error).message;
    throw new PlantsenseError('BROKER_AUTH_FAILED', `The TLS certificates or the key are no good: ${why}.`);
  }
}

/**
 * Connects, with TLS where the settings say so.
 * @throws PlantsenseError BROKER_UNAVAILABLE, BROKER_AUTH_FAILED (TLS)
 */
export function openSocket(address: Address, settings: ResolvedSettings): Promise<Socket> {
  const { tls, connectTimeoutMs } = settings;
  return new Promise((resolve, reject) => {
    const socket = startSocket(address, tls, () => {
      clearTimeout(timer);
      socket.off('error', fail);
      socket.setNoDelay(true);
      socket.setKeepAlive(true, 60_000);
      resolve(socket);
    });
    const fail = (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      socket.destroy();
      reject(socketFailure(address, error));
    };
    const timer = setTimeout(
      () => fail(new Error(`no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    socket.once('error', fail);
  });
}
