import { PlantsenseError } from '../../errors.js';
import { serveWorker } from '../worker-server.js';

export type EchoRequest =
  | { readonly do: 'echo'; readonly value: unknown; readonly turns?: number }
  | { readonly do: 'double'; readonly samples: Float32Array<ArrayBuffer> }
  | { readonly do: 'report'; readonly count: number }
  | { readonly do: 'refuse' | 'mistake' | 'exit' | 'crash' | 'unsendable' };

/** A worker for tests: does what it is told, also what a good one never does. */
serveWorker(async (request: EchoRequest, report) => {
  switch (request.do) {
    case 'echo':
      for (let i = 0; i < (request.turns ?? 0); i++) await new Promise(resolve => setImmediate(resolve));
      return { result: request.value };
    case 'double': {
      const samples = request.samples.map(sample => sample * 2);
      return { result: samples, transfer: [samples.buffer] };
    }
    case 'report':
      for (let i = 0; i < request.count; i++) report(i);
      return { result: request.count };
    case 'refuse':
      throw new PlantsenseError('AUDIO_NOT_FINITE', 'The chunk holds NaN.');
    case 'mistake':
      throw new TypeError('Cannot read properties of undefined');
    case 'exit':
      return process.exit(3);
    case 'crash':
      setImmediate(() => {
        throw new Error('out of nowhere');
      });
      return new Promise(() => {});
    case 'unsendable':
      return { result: () => {} };
  }
});
