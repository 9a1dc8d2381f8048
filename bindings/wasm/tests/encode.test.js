// Pixels to streams, in Node.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { decode, encode, score } from '../package/kvant.js';
import { inFolder, kvant, picture, readPng, sha256, stream, testdata, withCommand } from './common.js';

/** Options of encode(), and of the command. */
const settings = [
  [{ quality: 70, effort: 5 }, ['-q', '70', '-e', '5']],
  [{ quality: 30, effort: 1, chroma: '420' }, ['-q', '30', '-e', '1', '--chroma', '420']],
  [
    { quality: 90, effort: 3, preview: true, profile: 'fast' },
    ['-q', '90', '-e', '3', '--preview', '--profile', 'fast'],
  ],
  [{ lossless: true, effort: 2 }, ['-q', 'lossless', '-e', '2']],
  [{ targetSize: 9000, effort: 2 }, ['--target-size', '9000', '-e', '2']],
  [{ maxSize: 7000, effort: 2 }, ['--max-size', '7000', '-e', '2']],
  [{ targetScore: 60, effort: 2 }, ['--target-ssimulacra2', '60', '-e', '2']],
];

test('streams are those of the command', withCommand, async () => {
  for (const file of ['chelsea.png', 'text.png', 'camera.png']) {
    const pixels = picture(file);
    for (const [options, line] of settings) {
      await inFolder(async (path) => {
        const { status, stderr } = kvant(
          'encode',
          testdata(file),
          '-o',
          path('a.kvt'),
          '--strip',
          'all',
          ...line,
        );
        // 6: a target was not met.
        assert.ok([0, 6].includes(status), stderr);
        const found = await encode(pixels, options);
        assert.equal(sha256(found), sha256(readFileSync(path('a.kvt'))), `${file} ${line.join(' ')}`);
      });
    }
  }
});

test('so are those of pictures with alpha and with 16 bits', withCommand, async () => {
  for (const file of ['rgba-q60.kvt', 'rgb16-screen-q90.kvt', 'grayalpha16-tiles-q70.kvt']) {
    await inFolder(async (path) => {
      writeFileSync(path('a.kvt'), stream(file));
      kvant('decode', path('a.kvt'), '-o', path('a.png'));
      const { stderr } = kvant('encode', path('a.png'), '-o', path('b.kvt'), '-q', '60', '--strip', 'all');
      const { chunks, ...pixels } = readPng(readFileSync(path('a.png')));
      const found = await encode(pixels, { quality: 60 });
      assert.equal(sha256(found), sha256(readFileSync(path('b.kvt'))), `${file} ${stderr}`);
    });
  }
});

test('scores are those of the command', withCommand, async () => {
  const pixels = picture('chelsea.png');
  const coded = await encode(pixels, { quality: 50, effort: 1 });
  const other = await decode(coded);
  await inFolder(async (path) => {
    writeFileSync(path('a.kvt'), coded);
    const { stdout } = kvant('compare', testdata('chelsea.png'), path('a.kvt'), '--json');
    const expected = JSON.parse(stdout).results[0].metrics.ssimulacra2;
    const found = await score(pixels, other);
    assert.ok(Math.abs(found - expected) < 0.01, `${found} ${expected}`);
  });
  assert.equal(await score(pixels, pixels), 100);
});
