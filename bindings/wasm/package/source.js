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

/** Whether it is bytes that are at hand. */
export const isBuffer = (source) => ArrayBuffer.isView(source) || source instanceof ArrayBuffer;
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

/** The bytes of a stream, piece by piece, until it ends or is stopped. */
export class Pieces {
  #reader;
  #onBytes;

  constructor(stream, onBytes) {
    this.#reader = stream.getReader();
    this.#onBytes = onBytes;
  }

  async each(take) {
    for (let count = 0; ;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      count += value.length;
      take(value);
      this.#onBytes?.(count);
    }
  }

  /** Nobody wants more. A stream that has ended does not mind. */
  stop() {
    // What a source does at its end is nothing to wait for.
    this.#reader.cancel().catch(() => undefined);
  }

  /** All bytes. */
  async gathered() {
    const pieces = [];
    await this.each((piece) => pieces.push(piece));
    const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let to = 0;
    for (const piece of pieces) {
      out.set(piece, to);
      to += piece.length;
    }
    return out;
  }
}
