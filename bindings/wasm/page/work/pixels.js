// From files to pixels, to what the codec takes and to what the page draws.

/** Largest side of the last level: about what a window shows of a whole picture. */
const SMALL_ENOUGH = 1400;

/** The picture of a file that the browser knows, upright, in sRGB with 8 bits a sample. */
export async function paint(file) {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error('the browser cannot decode this file');
  });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!holds(context, canvas)) throw new Error('the picture is larger than a canvas of this browser');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas;
}

/** A canvas beyond the browser's limits says nothing of it, and stays empty. */
function holds(context, { width, height }) {
  const corner = [width - 1, height - 1, 1, 1];
  context?.fillRect(...corner);
  const drawn = context?.getImageData(...corner).data[3] === 255;
  context?.clearRect(...corner);
  return drawn;
}

export function pixelsOf(canvas) {
  return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
}

/** How many channels say something: a canvas has four, whatever the picture has. */
function channelsOf(data) {
  let gray = true;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] !== 255) return 4;
    gray &&= data[i] === data[i + 1] && data[i] === data[i + 2];
  }
  return gray ? 1 : 3;
}

/** The pixels of a canvas without an alpha, and without colour, where there is none. */
export function narrow({ width, height, data }) {
  const channels = channelsOf(data);
  const picture = { width, height, channels, depth: 8 };
  if (channels === 4) return { ...picture, data: new Uint8Array(data.buffer) };
  const packed = new Uint8Array(width * height * channels);
  for (let from = 0, to = 0; to < packed.length; from += 4, to += channels) {
    packed[to] = data[from];
    if (channels === 1) continue;
    packed[to + 1] = data[from + 1];
    packed[to + 2] = data[from + 2];
  }
  return { ...picture, data: packed };
}

/**
 * Bitmaps of a picture, each of half the size of the one before. Drawing a small one takes the page's thread no
 * time, and it is smoother than a large one drawn small.
 */
export async function levelsOf(source) {
  const levels = [await createImageBitmap(source)];
  for (let last = levels[0]; Math.max(last.width, last.height) > SMALL_ENOUGH; last = levels.at(-1)) {
    const resizeWidth = Math.ceil(last.width / 2);
    const resizeHeight = Math.ceil(last.height / 2);
    levels.push(await createImageBitmap(last, { resizeWidth, resizeHeight, resizeQuality: 'medium' }));
  }
  return levels;
}
