import { PlantsenseError } from '../../errors.js';
import type { Message } from '../port.js';
import type { Core } from './core.js';
import { CoreReader, type ReaderStart } from './core-reader.js';

/** A reader without a group. Closing ends a wait. */
export class LoneReader extends CoreReader {
  private readonly onClose: () => void;
  private endWait: (() => void) | undefined;
  private closed = false;

  constructor(core: Core, start: ReaderStart, onClose: () => void) {
    super(core, start);
    this.onClose = onClose;
  }

  override async fetch(maxBytes: number, signal: AbortSignal): Promise<readonly Message[]> {
    if (this.closed) throw new PlantsenseError('BROKER_UNAVAILABLE', 'This reader was closed.');
    const abort = new AbortController();
    const end = () => abort.abort();
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
    this.endWait = end;
    try {
      return await super.fetch(maxBytes, abort.signal);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.endWait?.();
    this.onClose();
  }
}
