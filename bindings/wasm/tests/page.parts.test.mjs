// The parts of the page that need no browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as expectedCrc } from 'node:zlib';

import * as format from '../page/js/format.js';
import { distinct, withExtension } from '../page/js/save.js';
import { View } from '../page/js/view.js';
import { crc32 } from '../page/work/kvant.js';
import { narrow } from '../page/work/pixels.js';
import { nearest } from '../page/work/search.js';
import { zip } from '../page/work/zip.js';
import { unzip } from './page.support.mjs';

test('the search finds what a look at all numbers finds, with no number asked for twice', async () => {
  const straight = (q) => q - 20;
  const steps = (q) => Math.round(3 * q ** 1.3);
  const shapes = [straight, steps, (q) => Math.log(q) * 30, (q) => 90 - 2e3 / q, (q) => 2 ** (q / 8)];
  for (const shape of shapes) {
    const values = Array.from({ length: 100 }, (_, i) => shape(i + 1));
    const [least, most] = [values[0], values.at(-1)];
    for (let i = -3; i <= 40; i++) {
      const goal = least + ((most - least) * i) / 37;
      const asked = [];
      const { n, reached } = await nearest(1, 100, goal, async (q) => asked.push(q) && values[q - 1], { guess: 75 });
      const best = Math.min(...values.map((value) => Math.abs(value - goal)));
      assert.equal(Math.abs(values[n - 1] - goal), best, `${shape}, goal ${goal}`);
      assert.equal(reached, goal >= least && goal <= most, `${shape}, goal ${goal}`);
      assert.equal(new Set(asked).size, asked.length);
      assert.ok(asked.length <= 12, `${shape}, goal ${goal}: ${asked}`);
    }
  }
});

test('checksums are those of zlib', { skip: !expectedCrc && 'this Node has no zlib.crc32' }, () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) >> 3);
  for (const length of [0, 1, 999, 1000]) {
    const some = bytes.subarray(0, length);
    assert.equal(crc32(some), expectedCrc(some));
  }
});

test('a ZIP archive holds the files under their names', async () => {
  const entries = [
    { name: 'a/b/größe.kvt', file: new Blob(['one']) },
    { name: 'empty', file: new Blob([]) },
  ];
  const archive = new Uint8Array(await (await zip(entries)).arrayBuffer());
  assert.deepEqual(unzip(archive), new Map([['a/b/größe.kvt', Buffer.from('one')], ['empty', Buffer.alloc(0)]]));
});

test('names that differ by extension alone stay apart', () => {
  assert.equal(withExtension('holiday.2024/IMG.1.JPG', 'kvt'), 'holiday.2024/IMG.1.kvt');
  assert.equal(withExtension('holiday.2024/IMG', 'kvt'), 'holiday.2024/IMG.kvt');
  const names = distinct(['a.kvt', 'A.kvt', 'b/a.kvt', 'a.kvt', 'a-2.kvt']);
  assert.deepEqual(names, ['a.kvt', 'A-2.kvt', 'b/a.kvt', 'a-3.kvt', 'a-2-2.kvt']);
});

test('figures are read as such', () => {
  const sizes = [999, 1234, 45_678, 456_789, 12_345_678].map(format.bytes);
  assert.deepEqual(sizes, ['999 B', '1.23 kB', '45.7 kB', '457 kB', '12.3 MB']);
  assert.equal(format.bitsPerPixel(1000, { width: 100, height: 80 }), '1.000');
  assert.equal(format.percent(41, 605), '6.8 %');
});

test('channels that say nothing are left out', () => {
  const picture = (...data) => narrow({ width: 2, height: 1, data: Uint8ClampedArray.from(data) });
  const kept = ({ channels, data }) => [channels, ...data];
  assert.deepEqual(kept(picture(9, 9, 9, 255, 7, 7, 7, 255)), [1, 9, 7]);
  assert.deepEqual(kept(picture(9, 9, 9, 255, 7, 8, 7, 255)), [3, 9, 9, 9, 7, 8, 7]);
  assert.deepEqual(kept(picture(9, 9, 9, 255, 7, 7, 7, 254)), [4, 9, 9, 9, 255, 7, 7, 7, 254]);
});

test('what is under the pointer stays there when zooming, and no edge comes into the window', () => {
  const view = new View();
  view.setPane(400, 300);
  view.setPicture(4000, 3000);
  assert.deepEqual([view.scale, view.x, view.y], [0.1, 2000, 1500]);
  const under = () => view.x + 50 / view.scale;
  const before = under();
  view.zoomTo(1, 50, -20);
  assert.ok(Math.abs(under() - before) < 1e-9);
  view.pan(1e6, 0);
  assert.equal(view.x, 200);
  view.zoomTo(1e-3);
  assert.deepEqual([view.scale, view.x, view.fitted], [0.1, 2000, true]);
});
