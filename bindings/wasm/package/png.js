// PNG files of pixels, with what a browser needs to show their colours. (W3C PNG, third edition)

import { crc32 } from './crc32.js';
import { upright } from './pixels.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** By channels: the colour type of gray, gray and alpha, RGB, and RGBA. */
const COLOUR_TYPES = [0, 4, 2, 6];

/** Most bytes of a block that deflate leaves as they are. */
const STORED = 65535;

function adler32(bytes) {
  let [low, high] = [1, 0];
  for (let i = 0; i < bytes.length;) {
    // As many as no sum of 32 bits overflows with.
    for (const end = Math.min(i + 3800, bytes.length); i < end; i++) high += low += bytes[i];
    low %= 65521;
    high %= 65521;
  }
  return ((high << 16) | low) >>> 0;
}

/** The parts of a chunk: length and type, contents, checksum. */
function chunk(type, ...contents) {
  const front = new Uint8Array(8);
  const end = new Uint8Array(4);
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  new DataView(front.buffer).setUint32(0, length);
  front.set(
    [...type].map((letter) => letter.charCodeAt(0)),
    4,
  );
  const crc = contents.reduce((crc, part) => crc32(part, crc), crc32(front.subarray(4)));
  new DataView(end.buffer).setUint32(0, crc);
  return [front, ...contents, end];
}

/** `bytes` in the format of zlib, as they are. */
function stored(bytes) {
  const blocks = Math.ceil(bytes.length / STORED);
  const out = new Uint8Array(2 + bytes.length + 5 * blocks + 4);
  out.set([0x78, 0x01]);
  let to = 2;
  for (let i = 0; i < blocks; i++) {
    const block = bytes.subarray(i * STORED, (i + 1) * STORED);
    const length = block.length;
    out.set([i + 1 === blocks ? 1 : 0, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255], to);
    out.set(block, to + 5);
    to += 5 + length;
  }
  new DataView(out.buffer).setUint32(to, adler32(bytes));
  return out;
}

/** `bytes` in the format of zlib, compressed. */
async function deflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Rows as PNG has them: a byte for the filter, none of which is used yet, then the samples. */
function rows({ width, height, channels, depth, data }) {
  const wide = depth > 8;
  const length = width * channels;
  const pitch = 1 + length * (wide ? 2 : 1);
  const out = new Uint8Array(pitch * height);
  if (!wide) {
    for (let y = 0; y < height; y++) out.set(data.subarray(y * length, (y + 1) * length), y * pitch + 1);
    return { out, pitch };
  }
  const max = 2 ** depth - 1;
  const half = max >> 1;
  for (let y = 0, from = 0; y < height; y++) {
    for (let i = 0, to = y * pitch + 1; i < length; i++) {
      const value = depth === 16 ? data[from++] : Math.floor((data[from++] * 65535 + half) / max);
      out[to++] = value >> 8;
      out[to++] = value & 255;
    }
  }
  return { out, pitch };
}

const size = (difference) => Math.min(difference & 255, -difference & 255);

/** What Paeth guesses of a byte, from those at its left, above, and above that at its left. */
function paeth(a, b, c) {
  const pa = Math.abs(b - c);
  const pb = Math.abs(a - c);
  const pc = Math.abs(a + b - 2 * c);
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** Bytes from one that is looked at to the next; by turns they are of all channels. */
const STEP = 7;

/** Filters rows in place, from the last to the first: each so that its differences are small. */
function filter(out, pitch, bytesPerPixel) {
  const none = new Uint8Array(pitch);
  for (let start = out.length - pitch; start >= 0; start -= pitch) {
    const row = out.subarray(start, start + pitch);
    const above = start > 0 ? out.subarray(start - pitch, start) : none;
    let ofSub = 0;
    let ofUp = 0;
    let ofPaeth = 0;
    for (let i = bytesPerPixel + 1; i < pitch; i += STEP) {
      const a = row[i - bytesPerPixel];
      ofSub += size(row[i] - a);
      ofUp += size(row[i] - above[i]);
      ofPaeth += size(row[i] - paeth(a, above[i], above[i - bytesPerPixel]));
    }
    row[0] = ofPaeth <= ofSub && ofPaeth <= ofUp ? 4 : ofUp <= ofSub ? 2 : 1;
    // From the right: what is at the left is needed as it was.
    for (let i = pitch - 1; i > bytesPerPixel; i--) {
      const a = row[i - bytesPerPixel];
      const b = above[i];
      row[i] -= row[0] === 1 ? a : row[0] === 2 ? b : paeth(a, b, above[i - bytesPerPixel]);
    }
    // Nothing is at the left of the first pixel, and Paeth guesses what is above.
    if (row[0] !== 1) for (let i = 1; i <= bytesPerPixel; i++) row[i] -= above[i];
  }
}

/** What says what the samples mean. */
async function colours({ cicp, icc }) {
  return [
    // A PNG has no matrix.
    ...(cicp ? chunk('cICP', Uint8Array.of(cicp.primaries, cicp.transfer, 0, cicp.fullRange ? 1 : 0)) : []),
    // A name, a zero, and a zero for the method.
    ...(icc ? chunk('iCCP', Uint8Array.of(0x69, 0x63, 0x63, 0, 0), await deflated(icc)) : []),
  ];
}

/**
 * The parts of a PNG file of `picture`, upright, of 8 or 16 bits. Without `compress` it is soon
 * made, soon read, and as large as the pixels.
 */
export async function png(picture, metadata, compress) {
  const shown = upright(picture, metadata.orientation);
  const { width, height, channels, depth } = shown;
  const bits = depth > 8 ? 16 : 8;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([bits, COLOUR_TYPES[channels - 1]], 8);
  const { out, pitch } = rows(shown);
  if (compress) filter(out, pitch, (channels * bits) / 8);
  const pixels = compress ? await deflated(out) : stored(out);
  return [
    SIGNATURE.slice(),
    ...chunk('IHDR', header),
    ...(await colours(metadata)),
    ...chunk('IDAT', pixels),
    ...chunk('IEND'),
  ];
}
