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
const shown = new Map();

/**
 * What a picture becomes: `url` is a promise of a URL to show. `preview` is called with one of a small
 * picture, of the same size on the page, where that is there sooner.
 */
export function pictureAt(url, request = {}, preview = () => undefined) {
  const key = `${request.credentials ?? ''} ${url}`;
  let entry = shown.get(key);
  if (!entry) {
    entry = { previewed: undefined, previews: new Set(), url: undefined };
    shown.set(key, entry);
    const found = entry;
    entry.url = load(url, request, (small) => {
      found.previewed = small;
      for (const show of found.previews) show(small);
    }).catch((error) => {
      // A later try may be luckier.
      shown.delete(key);
      throw error;
    });
    entry.url.finally(() => entry.previews.clear()).catch(() => undefined);
  }
  entry.previews.add(preview);
  if (entry.previewed) preview(entry.previewed);
  return entry.url;
}

async function load(url, request, preview) {
  const response = await fetch(url, { credentials: 'same-origin', ...request });
  const png = await decodeToPng(response, {
    compress: false,
    onPreview: (small, whole) => drawn(small, whole).then(preview, () => undefined),
  });
  return URL.createObjectURL(png);
}

/** A URL of a preview, which takes the place of the whole picture. */
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
  return URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
}
