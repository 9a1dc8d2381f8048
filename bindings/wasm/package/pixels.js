// Pixels of any channels, depth and orientation, made what browsers show.

/**
 * Where pixel (0, 0) of the upright picture is stored, and how far its neighbours are: right,
 * below.
 */
function path({ width: w, height: h }, orientation) {
  const last = w * h - 1;
  const ways = [
    [0, 1, w],
    [w - 1, -1, w],
    [last, -1, -w],
    [last - (w - 1), 1, -w],
    [0, w, 1],
    [last - (w - 1), -w, 1],
    [last, -w, -1],
    [w - 1, w, -1],
  ];
  const [start, right, below] = ways[orientation - 1];
  return orientation >= 5
    ? { start, right, below, width: h, height: w }
    : { start, right, below, width: w, height: h };
}

/** The picture as it is shown: the same where it is stored so. */
export function upright(picture, orientation) {
  if (orientation === 1) return picture;
  const { start, right, below, width, height } = path(picture, orientation);
  const { channels, data } = picture;
  const out = new data.constructor(data.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = (start + y * below) * channels; x < width; x++, from += right * channels) {
      for (let c = 0; c < channels; c++) out[to++] = data[from + c];
    }
  }
  return { ...picture, width, height, data: out };
}

/** Samples of `depth` bits, as ones of 8. */
function narrowed(data, depth) {
  if (depth === 8) return data;
  const max = 2 ** depth - 1;
  const half = max >> 1;
  return Uint8Array.from(data, (v) => (v * 255 + half) / max);
}

/** Red, green, blue and alpha of 8 bits, upright. */
export function rgba(picture, orientation) {
  const { start, right, below, width, height } = path(picture, orientation);
  const { channels } = picture;
  const data = narrowed(picture.data, picture.depth);
  const out = new Uint32Array(width * height);
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  // Opaque where there is no alpha.
  const [alpha, opaque] = channels % 2 === 0 ? [channels - 1, 0] : [0, 255];
  const step = right * channels;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = (start + y * below) * channels; x < width; x++, from += step) {
      // Red is the lowest byte: the first one, on all machines that browsers run on.
      const colours = data[from] | (data[from + green] << 8) | (data[from + blue] << 16);
      out[to++] = colours | ((data[from + alpha] | opaque) << 24);
    }
  }
  return { width, height, data: new Uint8ClampedArray(out.buffer) };
}

/** The picture without its alpha, where all of it is opaque. */
export function withoutOpaque(picture) {
  const { channels, depth, data } = picture;
  if (channels % 2 === 1) return picture;
  const max = 2 ** depth - 1;
  for (let i = channels - 1; i < data.length; i += channels) {
    if (data[i] !== max) return picture;
  }
  const out = new data.constructor((data.length / channels) * (channels - 1));
  for (let from = 0, to = 0; to < out.length; from++) {
    for (let c = 1; c < channels; c++) out[to++] = data[from++];
  }
  return { ...picture, channels: channels - 1, data: out };
}
