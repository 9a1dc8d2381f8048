// Streams to pixels, in Node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, decodeRegion, decodeToImageData, decodeToPng, info, metadata, preview } from '../package/kvant.js';
import { golden, inFolder, kvant, readPng, sha256, stream, withCommand } from './common.js';

test('intact streams give the recorded pixels', async () => {
  for (const { file, width, height, depth, format, pixels_sha256: expected } of golden.streams) {
    const picture = await decode(stream(file));
    const channels = { gray: 1, grayalpha: 2, rgb: 3, rgba: 4 }[format.replace(/\d+$/, '')];
    assert.deepEqual([picture.width, picture.height, picture.depth, picture.channels], [width, height, depth, channels]);
    assert.equal(sha256(picture.data), expected, file);
    assert.equal(picture.data.constructor, depth > 8 ? Uint16Array : Uint8Array, file);
  }
});

test('streams that come in pieces give the same pixels', async () => {
  for (const { file, pixels_sha256: expected } of golden.streams) {
    const bytes = stream(file);
    const pieces = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 97) controller.enqueue(bytes.slice(at, at + 97));
        controller.close();
      },
    });
    let count = 0;
    const picture = await decode(pieces, { onProgress: (sofar) => (count = sofar) });
    assert.equal(sha256(picture.data), expected, file);
    assert.equal(count, bytes.length);
  }
});

/** Asks for what the list of damaged streams says. */
const asking = { picture: decode, metadata, preview };

test('damaged streams are refused with the words of the command, and the next call works', async () => {
  assert.ok(golden.damaged.length > 50);
  for (const { file, asked, error } of golden.damaged) {
    await assert.rejects(asking[asked](stream(file)), { name: 'KvantError', message: error }, file);
    if (asked === 'picture') await assert.rejects(decode(new Blob([stream(file)]).stream()), { message: error }, file);
  }
  const { file, pixels_sha256: expected } = golden.streams[0];
  assert.equal(sha256((await decode(stream(file))).data), expected);
});
