// Where the bytes of a stream come from.

import { KvantError } from './error.js';

/** A copy of the bytes of a buffer or a view, which can be handed over. */
export function copied(data) {
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  // Views of a pool, as Node's, are of a larger buffer; slice() takes what is seen alone.
  return Uint8Array.prototype.slice.call(bytes);
}

const isBuffer = (source) => ArrayBuffer.isView(source) || source instanceof ArrayBuffer;
const isShared = (source) => typeof SharedArrayBuffer === 'function' && source instanceof SharedArrayBuffer;

/** All bytes where they are at hand, else a stream of them. */
export async function opened(source) {
  if (isBuffer(source) || isShared(source)) return { bytes: copied(source) };
  if (typeof Blob === 'function' && source instanceof Blob) {
    return { bytes: new Uint8Array(await source.arrayBuffer()) };
  }
  if (typeof Response === 'function' && source instanceof Response) {
    if (!source.ok && source.type !== 'opaque') {
      const words = `${source.url || 'the request'} is answered with ${source.status} ${source.statusText}`;
      throw new KvantError('fetch', words.trim());
    }
    return source.body ? { stream: source.body } : { bytes: new Uint8Array(await source.arrayBuffer()) };
  }
  if (typeof source?.getReader === 'function') return { stream: source };
  throw new TypeError('the source is no buffer, Blob, Response or ReadableStream');
}

/** All bytes of a stream. */
export async function gathered(stream, onBytes, signal) {
  const pieces = [];
  await pump(stream, (piece) => pieces.push(piece), () => Boolean(signal?.aborted), onBytes);
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let to = 0;
  for (const piece of pieces) {
    out.set(piece, to);
    to += piece.length;
  }
  return out;
}

/** Gives `take` the pieces of a stream, until it ends or nobody wants more: then it is cancelled. */
export async function pump(stream, take, isOver, onBytes) {
  const reader = stream.getReader();
  let count = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || isOver()) return;
      count += value.length;
      take(value);
      onBytes?.(count);
    }
  } finally {
    // Nobody waits for what a source does at its end.
    reader.cancel().catch(() => undefined);
  }
}
