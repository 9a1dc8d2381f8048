// What the page may ask of its worker: each takes one argument, with the way to stop and to tell progress.
import * as kvant from './kvant.js';
import { levelsOf, narrow, paint, pixelsOf } from './pixels.js';
import * as rivals from './rivals.js';
import { zip as zipped } from './zip.js';

/** The picture that is compared: its canvas, its pixels as the codec takes them. */
let current;

const SIGNATURE = [0x9b, 0x4b, 0x56, 0x54];

/** By name as well: what is wrong with a broken file, the codec says best. */
async function isKvt(file) {
  if (/\.kvt$/i.test(file.name ?? '')) return true;
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return head.length === 4 && SIGNATURE.every((byte, i) => head[i] === byte);
}

/** PNG on the way from a stream to the canvas: the browser knows what its profile and its 16 bits mean. */
async function load(file, signal) {
  const stream = await isKvt(file);
  const info = stream ? await kvant.info(file) : undefined;
  const shown = stream ? await kvant.decodeToPng(file, { signal, compress: false }) : file;
  return { canvas: await paint(shown), info };
}

export function codecs() {
  return rivals.available();
}

export async function open({ file }, { signal }) {
  const { canvas, info } = await load(file, signal);
  const picture = narrow(pixelsOf(canvas));
  const levels = await levelsOf(canvas);
  // No later than here: the page may have asked for another picture meanwhile.
  signal.throwIfAborted();
  current = { canvas, picture };
  return { width: canvas.width, height: canvas.height, channels: picture.channels, info, levels };
}

function toFile(bytes) {
  return new Blob([bytes], { type: 'image/x-kvt' });
}

export async function encode({ options }, { signal, progress }) {
  const started = performance.now();
  const bytes = await kvant.encode(current.picture, { ...options, signal, onProgress: progress });
  const seconds = (performance.now() - started) / 1000;
  const file = toFile(bytes);
  const levels = await levelsOf(await kvant.decodeToImageData(file, { signal }));
  return { file, seconds, levels };
}

/** SSIMULACRA2 of an encoding of the current picture: of what the browser shows of both. */
export async function score({ file }, { signal }) {
  const pixels = (await isKvt(file)) ? await kvant.decodeToImageData(file, { signal }) : pixelsOf(await paint(file));
  return kvant.score(pixelsOf(current.canvas), pixels, { signal });
}

export async function rival({ name, goal }, { signal, progress }) {
  const { canvas } = current;
  const scoreOf = (file) => score({ file }, { signal });
  const found = await rivals.match(canvas, name, goal, scoreOf, { signal, progress });
  return { ...found, levels: await levelsOf(found.file) };
}

export function png({ file }, { signal }) {
  return kvant.decodeToPng(file, { signal });
}

/** One file of many, to the other format: streams become PNG. */
export async function convert({ file, options }, { signal, progress }) {
  if (await isKvt(file)) return { file: await kvant.decodeToPng(file, { signal }), extension: 'png' };
  const { canvas } = await load(file, signal);
  const bytes = await kvant.encode(narrow(pixelsOf(canvas)), { ...options, signal, onProgress: progress });
  return { file: toFile(bytes), extension: 'kvt' };
}

export function zip({ entries }) {
  return zipped(entries);
}
