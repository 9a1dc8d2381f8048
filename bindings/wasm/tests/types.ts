// What a strict compiler says of the package's types. It is compiled, and not run.

import * as kvant from '../package/kvant.js';
import '../package/polyfill.js';

export async function used(response: Response, canvas: ImageData, signal: AbortSignal): Promise<void> {
  const picture: kvant.Picture = await kvant.decode(response, {
    reduce: 2,
    signal,
    limits: { maxPixels: 1e6 },
    onPreview: (small) => canvas.data.set(small.data),
    onProgress: (bytes) => bytes.toFixed(),
  });
  const size: number = picture.data.length;
  const shown: ImageData = await kvant.decodeToImageData(new Uint8Array(size));
  const png: Blob = await kvant.decodeToPng(new ArrayBuffer(8), { compress: false });
  const part = await kvant.decodeRegion(png, { x: 0, y: 0, width: 1, height: 1 });
  const small = await kvant.preview(png.stream());
  if (small) small.channels satisfies 1 | 2 | 3 | 4;
  const { previewNeeds, chroma } = await kvant.info(png);
  const needs: number | undefined = previewNeeds;
  const { icc, texts } = await kvant.metadata(png);
  const stream: Uint8Array = await kvant.encode(shown, {
    quality: 70,
    chroma: chroma ?? '444',
    metadata: { icc, texts, orientation: 6 },
    onProgress: (done, total) => done / total,
  });
  const score: number = await kvant.score(part, { width: 1, height: 1, data: new Uint8ClampedArray(4) });
  const kinds: kvant.KvantError['kind'][] = ['limit', 'internal'];
  void [needs, stream, score, kinds];

  // @ts-expect-error: no such number
  void kvant.decode(png, { reduce: 3 });
  // @ts-expect-error: no such option
  void kvant.encode(shown, { qualty: 3 });
  // @ts-expect-error: an address is no source
  void kvant.decode('photo.kvt');
  // @ts-expect-error: there may be none
  void small.width;
}
