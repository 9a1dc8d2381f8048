// Decoding where no worker can be started: in a service worker.

import { initSync, Source } from './dist/decoder.js';
import { KvantError, described } from './error.js';
import { moduleOf } from './host.js';
import { LIMITS } from './limits.js';
import { png } from './png.js';
import { metadataOf, pictureOf } from './values.js';

/** The parts of a PNG file. An error of kind 'internal' leaves the module in no state to go on. */
export async function decodedPng(bytes) {
  initSync({ module: await moduleOf('decoder') });
  let picture;
  let metadata;
  try {
    const source = new Source(bytes, LIMITS.maxPixels, LIMITS.maxMemory);
    picture = pictureOf(source.decode(1));
    metadata = metadataOf(source.metadata());
    source.free();
  } catch (error) {
    const { kind, message } = described(error);
    throw new KvantError(kind, message);
  }
  return png(picture, metadata, false);
}
