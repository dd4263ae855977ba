import type { Socket } from 'node:net';
import { PlantsenseError } from '../../errors.js';
import type { Grant } from './core.js';

/**
 * What the owner of a log and its clients send each other: frames of a JSON header and bytes, which are records.
 * On the wire: u32 length of all that follows, u32 length of the header, header, bytes; big endian.
 */
export interface Frame<Header> {
  readonly header: Header;
  readonly payload: Buffer;
}

/** A request, or the end of one that waits. The first request is `hello`, with the token of the lock file. */
export type ClientHeader = Request | { readonly cancel: number };

export interface Request {
  readonly id: number;
  readonly op: string;
  readonly args: unknown;
}

/** An answer to the request of that id, or what a group tells a member, which the client has numbered in `join`. */
export type ServerHeader = Response | MemberEvent;

export type Response =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } };

export type MemberEvent = { readonly member: number } & (
  | { readonly event: 'assigned' | 'lost'; readonly grants: readonly Grant[] }
  /** The client answers with the request `drained`, whose argument is `drain`. */
  | {
      readonly event: 'revoke';
      readonly grants: readonly Grant[];
      readonly drain: number;
      readonly deadlineMs: number;
    }
  /** The session has expired. */
  | { readonly event: 'evicted' }
);

/** Raised when the protocol changes: owner and client may be of different versions of the program. */
export const WIRE_VERSION = 1;
export const LARGEST_FRAME_BYTES = 2 ** 31 - 1;

export function sendFrame(socket: Socket, header: ClientHeader | ServerHeader, payload?: Buffer): void {
  const json = Buffer.from(JSON.stringify(header));
  const head = Buffer.allocUnsafe(8 + json.length);
  head.writeUInt32BE(4 + json.length + (payload?.length ?? 0), 0);
  head.writeUInt32BE(json.length, 4);
  head.set(json, 8);
  socket.cork();
  socket.write(head);
  if (payload !== undefined && payload.length > 0) socket.write(payload);
  socket.uncork();
}

/** Puts frames together from what a socket gives. */
export class FrameReader<Header> {
  /** A longer frame is refused. */
  largestBytes: number;
  private readonly onFrame: (frame: Frame<Header>) => void;
  private chunks: Buffer[] = [];
  private buffered = 0;
  private needed = 4;

  constructor(onFrame: (frame: Frame<Header>) => void, largestBytes = LARGEST_FRAME_BYTES) {
    this.largestBytes = largestBytes;
    this.onFrame = onFrame;
  }

  /** @throws PlantsenseError BROKER_UNAVAILABLE when the other side does not speak this protocol */
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    if (this.buffered < this.needed) return;
    // Joined only when a frame is complete, so that a large one is copied once.
    const bytes = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    let at = 0;
    while (bytes.length - at >= 4) {
      const size = bytes.readUInt32BE(at);
      if (size < 4 || size > this.largestBytes) throw garbled();
      this.needed = 4 + size;
      if (bytes.length - at < this.needed) break;
      this.onFrame(parseFrame(bytes.subarray(at + 4, at + this.needed)));
      at += this.needed;
      this.needed = 4;
    }
    const rest = bytes.subarray(at);
    this.chunks = rest.length > 0 ? [rest] : [];
    this.buffered = rest.length;
  }
}

function parseFrame<Header>(bytes: Buffer): Frame<Header> {
  const headerEnd = 4 + bytes.readUInt32BE(0);
  if (headerEnd > bytes.length) throw garbled();
  try {
    const header = JSON.parse(bytes.toString('utf8', 4, headerEnd)) as Header;
    return { header, payload: bytes.subarray(headerEnd) };
  } catch {
    throw garbled();
  }
}

const garbled = () => new PlantsenseError('BROKER_UNAVAILABLE', 'The other side speaks another protocol.');
