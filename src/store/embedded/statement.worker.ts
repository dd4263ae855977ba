import { parentPort, workerData } from 'node:worker_threads';
import { EngineConnection } from './engine.js';
import { toEngineException } from './exception.js';
import {
  EMPTY_SUMMARY,
  type Piece,
  type Summary,
  type WorkerReply,
  type WorkerRequest,
} from './statement.js';

/**
 * Runs one statement at a time. A thread of its own, because the engine analyses a streamed statement, scalar
 * subqueries included, in the call that starts it.
 */
const port = parentPort!;
const { directory } = workerData as { readonly directory: string };

let connection: EngineConnection | null = null;
let pieces: AsyncGenerator<Piece, Summary> | null = null;

port.on('message', (request: WorkerRequest) => {
  answer(request).then(
    reply => port.postMessage(reply, reply.type === 'piece' ? [reply.bytes.buffer as ArrayBuffer] : []),
    (error: unknown) => {
      finish();
      const { code, type, message } = toEngineException(error);
      port.postMessage({ type: 'exception', code, name: type, message } satisfies WorkerReply);
    },
  );
});

async function answer(request: WorkerRequest): Promise<WorkerReply> {
  if (request.type === 'run') {
    connection = new EngineConnection(directory);
    pieces = connection.execute(request.statement);
  } else if (request.type === 'cancel') {
    await pieces?.return(EMPTY_SUMMARY);
    finish();
    return { type: 'end', summary: EMPTY_SUMMARY };
  }
  const next = await pieces!.next();
  // The engine's memory can't be transferred: copied once here, then handed over.
  if (!next.done) return { type: 'piece', bytes: new Uint8Array(next.value.bytes) };
  finish();
  return { type: 'end', summary: next.value };
}

function finish(): void {
  connection?.close();
  connection = null;
  pieces = null;
}
