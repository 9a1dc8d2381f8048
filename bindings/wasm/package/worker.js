// What runs in a worker: one job after the other, with one of the modules. Messages are those of
// pool.js.

import { colourSpace } from './colour.js';
import { described } from './error.js';
import { rgba, withoutOpaque } from './pixels.js';
import { png } from './png.js';
import { listen } from './progress.js';
import { infoOf, metadataOf, pictureOf, plain } from './values.js';

const IN_NODE = typeof process === 'object' && Boolean(process.versions?.node);

/** The glue of the module, and the module's memory. */
let glue;
let memory;
/** The job whose bytes are still coming. */
let fed;
let send;

/** RGBA of 8 bits that is shown: what an ImageData is made of. */
function shown(picture, metadata) {
  return { ...rgba(picture, metadata.orientation), colorSpace: colourSpace(metadata) };
}

/**
 * What a job asked for, of decoded pixels. `metadata` gives what the stream says, where it is
 * needed.
 */
async function result(job, picture, metadata) {
  if (job.as === 'image') return shown(picture, metadata());
  if (job.as === 'png') return png(picture, metadata(), job.compress);
  return picture;
}

/** Buffers of `value` that can be handed over instead of copied. */
function buffers(value) {
  const list = Array.isArray(value) ? value : [value?.data ?? value];
  return [...new Set(list.filter(ArrayBuffer.isView).map((view) => view.buffer))];
}

function done(value) {
  send({ type: 'done', value, memory: memory.buffer.byteLength }, buffers(value));
}

/**
 * Shows the preview of `from`, which the module has, and says how large the picture will be.
 * Returns whether there is nothing more to wait for.
 */
function showPreview(from) {
  try {
    const small = from.preview();
    // Orientation and colours may stand behind it.
    const said = small && from.metadata();
    if (!said) return false;
    const metadata = metadataOf(said);
    const { width, height } = plain(from.info(), 'width', 'height');
    const whole = metadata.orientation >= 5 ? { width: height, height: width } : { width, height };
    const value = shown(pictureOf(small), metadata);
    send({ type: 'preview', value, whole }, buffers(value));
  } catch (error) {
    // A picture can do without.
    if (typeof error !== 'string') throw error;
  }
  return true;
}

const jobs = {
  async start({ kind, module }) {
    glue = kind === 'encoder' ? await import('./dist/encoder.js') : await import('./dist/decoder.js');
    ({ memory } = glue.initSync({ module }));
  },

  async decode(job) {
    const source = new glue.Source(job.bytes, ...bounds(job));
    const metadata = () => metadataOf(source.metadata());
    try {
      if (job.want === 'info') return done(infoOf(source.info()));
      if (job.want === 'metadata') return done(metadata());
      if (job.want === 'preview') {
        const small = source.preview();
        return done(small && pictureOf(small));
      }
      if (job.region) {
        const { x, y, width, height } = job.region;
        return done(pictureOf(source.region(x, y, width, height)));
      }
      if (job.preview) showPreview(source);
      done(await result(job, pictureOf(source.decode(job.reduce)), metadata));
    } finally {
      source.free();
    }
  },

  /** Begins a stream, whose bytes come as pieces. */
  feed(job) {
    fed?.feed.free();
    fed = { job, feed: new glue.Feed(...bounds(job)), previewed: !job.preview };
  },

  /** Takes a piece, and ends the job as soon as there is what it wants. */
  piece({ id, bytes }) {
    if (fed?.job.id !== id) return;
    const { job, feed } = fed;
    feed.push(bytes);
    if (job.want === 'info') {
      const info = feed.info();
      if (info) end(infoOf(info));
    } else if (job.want === 'metadata') {
      const metadata = feed.metadata();
      if (metadata) end(metadataOf(metadata));
    } else if (job.want === 'preview') {
      const small = feed.preview();
      const whole = feed.metadata();
      whole?.free();
      if (small || whole) end(small && pictureOf(small));
    } else {
      fed.previewed ||= showPreview(feed);
    }
  },

  /** There are no more pieces. */
  async end({ id }) {
    if (fed?.job.id !== id) return;
    const { job, feed } = fed;
    fed = undefined;
    const found = feed.metadata();
    const metadata = found && metadataOf(found);
    const picture = pictureOf(feed.finish());
    done(await result(job, picture, () => metadata));
  },

  encode(job) {
    const { pixels, options } = job;
    const { width, height, channels, depth, data } = withoutOpaque(pixels);
    const encoding = encodingOf(job, options);
    listen((coded, total) => send({ type: 'progress', done: coded, total }));
    done(encoding.encode(bytesOf(data), width, height, channels, depth));
  },

  score({ one, two }) {
    if (one.width !== two.width || one.height !== two.height) {
      const sizes = [one, two].map(({ width, height }) => `${width}x${height}`);
      throw `config\nthe pictures differ in size: ${sizes.join(' and ')}`;
    }
    const [a, b] = [withoutOpaque(one), withoutOpaque(two)];
    const of = ({ channels, depth, data }) => [bytesOf(data), channels, depth];
    done(glue.score(...of(a), ...of(b), one.width, one.height));
  },
};

function end(value) {
  fed.feed.free();
  fed = undefined;
  done(value);
}

function bounds({ limits }) {
  return [limits.maxPixels, limits.maxMemory];
}

function bytesOf(data) {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function encodingOf(job, { metadata = {}, ...options }) {
  const encoding = new glue.Encoding(...bounds(job));
  const { cicp, resolution, texts = [], orientation, ...blocks } = metadata;
  const setters = { number: 'setNumber', boolean: 'setFlag', string: 'setWord' };
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined) encoding[setters[typeof value] ?? 'setWord'](name, value);
  }
  for (const [name, value] of Object.entries(blocks)) {
    if (value !== undefined) encoding.setBlock(name, value);
  }
  if (orientation !== undefined) encoding.setNumber('orientation', orientation);
  if (cicp) encoding.setCicp(cicp.primaries, cicp.transfer, cicp.matrix ?? 0, cicp.fullRange ?? true);
  if (resolution) encoding.setResolution(resolution.x, resolution.y, resolution.unit);
  for (const [keyword, text] of texts) encoding.addText(keyword, text);
  return encoding;
}

let turn = Promise.resolve();

/** Messages are handled in their order, each when the one before it is done. */
function receive(message) {
  turn = turn.then(() => handle(message));
}

async function handle(message) {
  try {
    await jobs[message.op](message);
  } catch (error) {
    if (typeof error === 'string') fed?.feed.free();
    fed = undefined;
    send({ type: 'error', ...described(error) });
  }
}

if (IN_NODE) {
  import('node:worker_threads').then(({ parentPort }) => {
    send = (message, transfer) => parentPort.postMessage(message, transfer);
    parentPort.on('message', receive);
  });
} else {
  send = (message, transfer = []) => self.postMessage(message, transfer);
  self.onmessage = ({ data }) => receive(data);
}
