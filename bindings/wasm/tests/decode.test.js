// Streams to pixels, in Node.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { decode, decodeToPng, metadata, preview } from '../package/kvant.js';
import { golden, inFolder, kvant, readPng, sha256, stream, withCommand } from './common.js';

test('intact streams give the recorded pixels', async () => {
  for (const { file, width, height, depth, format, pixels_sha256: expected } of golden.streams) {
    const picture = await decode(stream(file));
    const channels = { gray: 1, grayalpha: 2, rgb: 3, rgba: 4 }[format.replace(/\d+$/, '')];
    assert.deepEqual(
      [picture.width, picture.height, picture.depth, picture.channels],
      [width, height, depth, channels],
    );
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
    if (asked === 'picture')
      await assert.rejects(decode(new Blob([stream(file)]).stream()), { message: error }, file);
  }
  const { file, pixels_sha256: expected } = golden.streams[0];
  assert.equal(sha256((await decode(stream(file))).data), expected);
  // The picture does without its preview.
  const [damaged] = golden.damaged.filter(({ asked }) => asked === 'preview');
  assert.ok((await decode(stream(damaged.file), { onPreview: () => assert.fail('a preview') })).width > 0);
});

test(
  'the command says the same of a file that is no stream, and decodes the same pixels',
  withCommand,
  async () => {
    await inFolder(async (path) => {
      writeFileSync(path('no.kvt'), 'this is no stream');
      const { stderr } = kvant('decode', path('no.kvt'), '-o', path('no.png'));
      await assert.rejects(decode(new TextEncoder().encode('this is no stream')), (error) => {
        assert.ok(stderr.includes(error.message), `${stderr} | ${error.message}`);
        return error.kind === 'format';
      });
      // Depths that a PNG has as they are, turned, with an alpha, in tiles.
      for (const file of [
        'sections-rgb.kvt',
        'rgba-q60.kvt',
        'seeded-lossless-tiles.kvt',
        'rgb16-screen-q90.kvt',
      ]) {
        writeFileSync(path('a.kvt'), stream(file));
        const { status, stderr } = kvant('decode', path('a.kvt'), '-o', path('a.png'), '-f');
        assert.equal(status, 0, stderr);
        const { chunks, ...native } = readPng(readFileSync(path('a.png')));
        for (const compress of [true, false]) {
          const blob = await decodeToPng(stream(file), { compress });
          assert.equal(blob.type, 'image/png');
          const { chunks: ours, ...pixels } = readPng(await blob.arrayBuffer());
          assert.deepEqual(pixels, native, file);
          for (const kind of ['cICP', 'iCCP'])
            assert.equal(ours[kind] === undefined, chunks[kind] === undefined, kind);
        }
      }
    });
  },
);
