import type { Log } from '../../telemetry/log.js';
import type { Topology } from '../topology.js';
import { type Check, check } from './check.js';
import { dataDirectoryCheck, diskCheck, portCheck } from './data-directory.js';
import { brokerCheck, storeCheck } from './engines.js';
import { coresCheck, javaCheck, nodeCheck, signalProcessingCheck } from './machine.js';
import { tensorsCheck } from './tensors.js';

/**
 * Looks at everything that a topology needs on this machine, by doing it: what works, what does not, what to do.
 * @param report told what is being fetched, which may take a while
 */
export async function* examine(
  topology: Topology,
  log: Log,
  report: (line: string) => void,
): AsyncGenerator<Check> {
  yield nodeCheck();
  yield coresCheck();
  yield signalProcessingCheck();
  yield await check('data directory', () => dataDirectoryCheck(topology));
  yield await check('disk', () => diskCheck(topology));
  yield await check('port', () => portCheck(topology));
  yield await check('broker', () => brokerCheck(topology, log));
  yield await check('store', () => storeCheck(topology, log));
  yield await check('tensors', () => tensorsCheck(report));
  yield await javaCheck();
}
