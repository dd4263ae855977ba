import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { header } from './authentication.js';
import { EngineException, frontException } from './exception.js';

/**
 * Reads a request's body whole, unpacked. Nothing goes to the engine before all of it is here, so a client that dies
 * half-way leaves nothing behind.
 * @throws EngineException TOO_MANY_BYTES beyond `maxBytes`; NOT_IMPLEMENTED for an unknown encoding
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of unpack(request) as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > maxBytes)
      throw frontException('TOO_MANY_BYTES', `The body has more than ${maxBytes} bytes: send smaller blocks`);
    pieces.push(piece);
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, size);
}

function unpack(request: IncomingMessage): Readable {
  const encoding = header(request, 'content-encoding') ?? 'identity';
  if (encoding === 'identity') return request;
  const unpacker = unpackerOf(encoding);
  request.on('error', error => unpacker.destroy(error));
  return request.pipe(unpacker);
}

function unpackerOf(encoding: string): Transform {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip();
  if (encoding === 'deflate') return createInflate();
  if (encoding === 'br') return createBrotliDecompress();
  throw frontException('NOT_IMPLEMENTED', `Unknown content encoding ${encoding}: use gzip, deflate or br`);
}

/** The parts of a form that a client sends instead of a URL that is too long. */
export async function readForm(body: Buffer, contentType: string): Promise<URLSearchParams> {
  const form = new URLSearchParams();
  try {
    const response = new Response(new Uint8Array(body), { headers: { 'content-type': contentType } });
    for (const [name, value] of await response.formData()) {
      if (typeof value !== 'string')
        throw frontException('NOT_IMPLEMENTED', 'External tables are not served here');
      form.append(name, value);
    }
  } catch (error) {
    if (error instanceof EngineException) throw error;
    throw new EngineException(36, 'BAD_ARGUMENTS', 'The form in the body can not be read.');
  }
  return form;
}
