// Pictures as URLs that the browser can show: each is fetched and decoded once.

import { decodeToPng } from '../kvant.js';

/** Whether a URL names a picture of ours. */
export function isOurs(url) {
  try {
    return /\.kvt$/i.test(new URL(url, document.baseURI).pathname);
  } catch {
    return false;
  }
}

/** By URL, and by the way of asking for it. */
const entries = new Map();

/**
 * What a picture becomes. `url` is a promise of a URL to show; `onPreview` is given one of a small
 * picture, of the same size on the page, where that is there sooner. Both are good until all who
 * asked have said `leave`.
 */
export function pictureAt(address, request = {}, onPreview = () => undefined) {
  const key = `${request.credentials ?? ''} ${address}`;
  const entry = entries.get(key) ?? new Entry(key, address, request);
  entry.users.add(onPreview);
  if (entry.preview) onPreview(entry.preview);
  return { url: entry.url, leave: () => entry.leave(onPreview) };
}

class Entry {
  users = new Set();
  preview;
  #made = [];

  constructor(key, address, request) {
    this.key = key;
    entries.set(key, this);
    this.url = this.#load(address, request).catch((error) => {
      // A later try may be luckier.
      this.#drop();
      throw error;
    });
  }

  async #load(address, request) {
    const response = await fetch(address, { credentials: 'same-origin', ...request });
    const onPreview = async (small, whole) => {
      this.preview = this.#keep(await drawn(small, whole));
      for (const show of this.users) show(this.preview);
    };
    return this.#keep(await decodeToPng(response, { compress: false, onPreview }));
  }

  #keep(blob) {
    const url = URL.createObjectURL(blob);
    this.#made.push(url);
    return url;
  }

  leave(user) {
    this.users.delete(user);
    if (this.users.size === 0) this.#drop();
  }

  #drop() {
    if (entries.get(this.key) === this) entries.delete(this.key);
    this.#made.forEach(URL.revokeObjectURL);
  }
}

/** An image of a preview that takes the place of the whole picture. */
async function drawn(small, whole) {
  const canvas = new OffscreenCanvas(small.width, small.height);
  canvas.getContext('2d', { colorSpace: small.colorSpace }).putImageData(small, 0, 0);
  const blob = await canvas.convertToBlob();
  const data = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = reject;
    reader.readAsDataURL(blob);
  });
  // A pixel of it stands for 8 x 8, of which the last ones lie outside at times.
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${whole.width}" height="${whole.height}">
    <image href="${data}" width="${8 * small.width}" height="${8 * small.height}" preserveAspectRatio="none"/></svg>`;
  return new Blob([svg], { type: 'image/svg+xml' });
}
