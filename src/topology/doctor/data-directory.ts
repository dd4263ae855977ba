import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import { findOwner } from '../../broker/data-directory.js';
import type { Topology } from '../topology.js';
import { type Check, failed, ok, warning } from './check.js';
import { gigabytes } from './machine.js';

const LITTLE_BYTES = 5 * 1024 ** 3;
/** Below this the embedded store takes no more rows. */
const LEAST_BYTES = 256 * 1024 ** 2;

export async function dataDirectoryCheck({ dataDir }: Topology): Promise<Check> {
  const owner = await findOwner(dataDir);
  if (owner) {
    const served = Object.entries(owner.addresses).map(([name, address]) => `${name} ${address}`);
    return ok(
      'data directory',
      `${dataDir} is in use by process ${owner.pid}: ${served.join(', ') || 'starting'}`,
    );
  }
  const place = nearestExisting(dataDir);
  try {
    await access(place, constants.W_OK);
  } catch {
    return failed(
      'data directory',
      `${place} can't be written.`,
      'Choose another --data-dir, or let this user write there.',
    );
  }
  return ok(
    'data directory',
    existsSync(dataDir) ? `${dataDir}, free` : `${dataDir}, made when it is needed`,
  );
}

export async function diskCheck({ dataDir }: Topology): Promise<Check> {
  const { bavail, bsize } = await statfs(nearestExisting(dataDir));
  const free = bavail * bsize;
  const detail = `${gigabytes(free)} GiB free at ${dataDir}`;
  if (free < LEAST_BYTES) return failed('disk', detail, 'Free disk space, or choose another --data-dir.');
  if (free < LITTLE_BYTES)
    return warning('disk', detail, 'Shorten `retention_hours` of the topics, or free disk space.');
  return ok('disk', detail);
}

/** Whether the address of health and metrics is free, or served by the owner of the data directory. */
export async function portCheck({ http: { host, port }, dataDir }: Topology): Promise<Check> {
  const address = `${host}:${port}`;
  const owner = await findOwner(dataDir);
  if (owner?.addresses.http?.endsWith(`:${port}`))
    return ok('port', `${address} is served by process ${owner.pid}`);
  const problem = await tryToListen(host, port);
  if (problem === null) return ok('port', `${address} is free`);
  return failed(
    'port',
    `${address} can't be had: ${problem}.`,
    'Set `http.port` in the topology; 0 takes a free one.',
  );
}

function tryToListen(host: string, port: number): Promise<string | null> {
  return new Promise(settle => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => settle(null)));
  });
}

function nearestExisting(path: string): string {
  let place = resolve(path);
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  return place;
}
