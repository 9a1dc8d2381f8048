// What the browser itself encodes, at the size or at the quality of another encoding.
import { nearest } from './search.js';

// 100 is left out where it would mean another codec: lossless WebP, lossless AVIF.
const CODECS = {
  jpeg: { type: 'image/jpeg', finest: 100 },
  webp: { type: 'image/webp', finest: 99 },
  avif: { type: 'image/avif', finest: 99 },
};

/** Where a search begins, and how many qualities it tries. */
const GUESS = 75;
const USUAL_TRIES = 6;
/** How much the logarithm of the size grows from one quality to the next, about: it is nearly straight there. */
const LOG_BYTES = 0.03;

/** The codecs that this browser's canvas encodes: it makes a PNG of what it does not know. */
export async function available() {
  const canvas = new OffscreenCanvas(1, 1);
  canvas.getContext('2d');
  const asked = Object.entries(CODECS).map(async ([name, { type }]) => {
    const blob = await canvas.convertToBlob({ type }).catch(() => undefined);
    return blob?.type === type && name;
  });
  return (await Promise.all(asked)).filter(Boolean);
}

/**
 * Searches the codec's quality for the goal.
 * @param {{ bytes: number } | { score: number }} goal
 * @param {(file: Blob) => Promise<number>} scoreOf
 * @returns the file, its quality, its score, and whether the codec reaches the goal at all
 */
export async function match(canvas, name, goal, scoreOf, { signal, progress }) {
  const { type, finest } = CODECS[name];
  const tries = new Map();
  const tried = async (quality) => {
    signal.throwIfAborted();
    const file = await canvas.convertToBlob({ type, quality: quality / 100 });
    const score = goal.bytes ? undefined : await scoreOf(file);
    tries.set(quality, { file, score });
    progress(tries.size, USUAL_TRIES);
    return goal.bytes ? Math.log(file.size) : score;
  };
  const start = goal.bytes ? { guess: GUESS, slope: LOG_BYTES } : { guess: GUESS };
  const { n, reached } = await nearest(1, finest, goal.bytes ? Math.log(goal.bytes) : goal.score, tried, start);
  const { file, score = await scoreOf(file) } = tries.get(n);
  return { file, quality: n, score, reached };
}
