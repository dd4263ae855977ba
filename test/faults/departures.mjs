// Tells a test when bytes leave this process: the moment between a request and its answer.
import { channel } from 'node:diagnostics_channel';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { devNull } from 'node:os';

const handle = await open(devNull);
const FileHandle = Object.getPrototypeOf(handle).constructor;
await handle.close();

/** Calls `seen` when an HTTP request whose path `matches` has been written to its socket as a whole, body and all. */
export function onceRequested(matches, seen) {
  const started = channel('http.client.request.start');
  const watch = ({ request }) => {
    if (!matches(request.path)) return;
    started.unsubscribe(watch);
    request.once('finish', seen);
  };
  started.subscribe(watch);
}

/** Calls `seen` when bytes that `match` have been written to a socket, or are just being written to a file. */
export function onceWritten(matches, seen) {
  let isSeen = false;
  for (const prototype of [Socket.prototype, FileHandle.prototype]) {
    const { write } = prototype;
    prototype.write = function (bytes, ...rest) {
      const written = write.call(this, bytes, ...rest);
      if (
        !isSeen &&
        ArrayBuffer.isView(bytes) &&
        matches(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
      ) {
        isSeen = true;
        // After the whole of the request, which is written in one go, and before any answer can be read.
        process.nextTick(seen);
      }
      return written;
    };
  }
}
