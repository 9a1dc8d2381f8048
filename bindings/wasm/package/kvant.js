// What the package offers; kvant.d.ts describes it.

import { KvantError } from './error.js';
import { LIMITS } from './limits.js';
import { run } from './pool.js';
import { Pieces, copied, isBuffer, opened } from './source.js';

export { KvantError };

let count = 0;

function limitsOf({ limits = {} }) {
  return {
    ...LIMITS,
    ...Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)),
  };
}

/** Asks a worker for something of a stream. */
async function ask(source, options, what) {
  const { signal, onPreview, onProgress } = options;
  signal?.throwIfAborted();
  const { bytes, stream } = await opened(source);
  const message = { ...what, id: ++count, limits: limitsOf(options), preview: Boolean(onPreview) };
  const job = {
    kind: 'decoder',
    signal,
    hear: { preview: ({ value, whole }) => onPreview(imageData(value), whole) },
  };
  const ofBytes = (bytes) =>
    run({ ...job, message: { ...message, op: 'decode', bytes }, transfer: [bytes.buffer] });
  if (bytes) {
    onProgress?.(bytes.length);
    return ofBytes(bytes);
  }
  const pieces = new Pieces(stream, onProgress);
  const stop = () => pieces.stop();
  signal?.addEventListener('abort', stop);
  try {
    // Reduced pictures and regions are made of all bytes.
    if (what.region || (what.reduce ?? 1) !== 1) return await ofBytes(await pieces.gathered());
    return await run({
      ...job,
      message: { ...message, op: 'feed' },
      feed: (post) => fed(pieces, message.id, post),
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

/** Posts all pieces to the worker that has the job. */
async function fed(pieces, id, post) {
  await pieces.each((piece) => {
    const bytes = copied(piece);
    post({ op: 'piece', id, bytes }, [bytes.buffer]);
  });
  post({ op: 'end', id });
}

/** What the browser calls ImageData, or the like of it in Node. */
function imageData({ width, height, data, colorSpace }) {
  if (typeof ImageData !== 'function') return { width, height, data, colorSpace };
  return new ImageData(data, width, height, { colorSpace });
}

export function decode(source, options = {}) {
  return ask(source, options, { reduce: options.reduce ?? 1 });
}

export async function decodeToImageData(source, options = {}) {
  return imageData(await ask(source, options, { reduce: options.reduce ?? 1, as: 'image' }));
}

export async function decodeToPng(source, options = {}) {
  const { reduce = 1, compress = true } = options;
  return new Blob(await ask(source, options, { reduce, as: 'png', compress }), { type: 'image/png' });
}

export async function decodeRegion(source, region, options = {}) {
  const { x, y, width, height } = region;
  for (const value of [x, y, width, height]) {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
      throw new KvantError('config', `region ${width}x${height}+${x}+${y} is not of whole numbers of pixels`);
    }
  }
  return ask(source, options, { region: { x, y, width, height } });
}

export function preview(source, options = {}) {
  return ask(source, options, { want: 'preview' });
}

export function info(source, options = {}) {
  return ask(source, options, { want: 'info' });
}

export function metadata(source, options = {}) {
  return ask(source, options, { want: 'metadata' });
}

/** Pixels as a worker takes them: a copy, and what an ImageData says of its colours. */
function pixelsOf(pixels) {
  const { width, height, data, colorSpace } = pixels ?? {};
  const wide = data instanceof Uint16Array;
  if (!wide && !(data instanceof Uint8Array) && !(data instanceof Uint8ClampedArray)) {
    throw new KvantError(
      'config',
      'pixels have their samples in a Uint8Array or, with more than 8 bits, a Uint16Array',
    );
  }
  const { channels = 4, depth = wide ? 16 : 8 } = pixels;
  if (![1, 2, 3, 4].includes(channels))
    throw new KvantError('config', `pixels of ${channels} channels: there may be 1 to 4`);
  if (depth > 8 !== wide) {
    const words = wide ? 'samples of a Uint16Array have 9 to 16 bits' : 'samples of a Uint8Array have 8 bits';
    throw new KvantError('config', `depth ${depth}: ${words}`);
  }
  const length = width * height * channels;
  if (data.length !== length) {
    throw new KvantError(
      'config',
      `${data.length} samples: ${width}x${height} pixels of ${channels} channels have ${length}`,
    );
  }
  const bytes = copied(data);
  const copy = wide ? new Uint16Array(bytes.buffer) : bytes;
  return { picture: { width, height, channels, depth, data: copy }, p3: colorSpace === 'display-p3' };
}

/** The code points of Display P3. */
const DISPLAY_P3 = { primaries: 12, transfer: 13, matrix: 0, fullRange: true };

export async function encode(pixels, options = {}) {
  const { limits, signal, onProgress, metadata = {}, ...settings } = options;
  const { picture, p3 } = pixelsOf(pixels);
  const { texts, ...said } =
    p3 && !metadata.icc && !metadata.cicp ? { ...metadata, cicp: DISPLAY_P3 } : metadata;
  const blocks = { ...said };
  for (const name of ['icc', 'exif', 'xmp']) {
    if (said[name] === undefined) continue;
    if (!isBuffer(said[name])) throw new KvantError('config', `metadata: ${name} is no bytes`);
    blocks[name] = copied(said[name]);
  }
  const message = {
    op: 'encode',
    pixels: picture,
    options: { ...settings, metadata: { ...blocks, texts } },
    limits: limitsOf({ limits }),
  };
  const hear = onProgress ? { progress: ({ done, total }) => onProgress(done, total) } : {};
  return run({ kind: 'encoder', message, transfer: [picture.data.buffer], signal, hear });
}

export async function score(original, other, options = {}) {
  const [one, two] = [original, other].map((pixels) => pixelsOf(pixels).picture);
  const message = { op: 'score', one, two, limits: limitsOf(options) };
  return run({
    kind: 'encoder',
    message,
    transfer: [one.data.buffer, two.data.buffer],
    signal: options.signal,
  });
}
