// Limits, aborts, previews, several calls at once.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  KvantError,
  decode,
  decodeRegion,
  decodeToImageData,
  decodeToPng,
  encode,
  info,
  metadata,
  preview,
} from '../package/kvant.js';
import { run } from '../package/pool.js';
import { inFolder, picture, readPng } from './common.js';

const photo = picture('coffee.png');
const coded = await encode(photo, { effort: 1, preview: true });
const whole = await decode(coded);

/** A stream of pieces, which notes whether it was cancelled. */
function pieces(bytes, size, pause) {
  const state = { given: 0, cancelled: false };
  const body = new ReadableStream(
    {
      async pull(controller) {
        await pause?.(state.given);
        if (state.given >= bytes.length) return controller.close();
        controller.enqueue(bytes.slice(state.given, (state.given += size)));
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, state };
}

test('a preview is there before the picture', async () => {
  let shown;
  const { body, state } = pieces(coded, 1000, () => new Promise((resolve) => setTimeout(resolve, 2)));
  const order = [];
  const decoded = await decode(body, {
    onPreview(small) {
      shown = small;
      order.push('preview');
    },
    onProgress: (bytes) => order.push(bytes),
  });
  assert.deepEqual(decoded, whole);
  assert.deepEqual([shown.width, shown.height, shown.data.length], [75, 50, 75 * 50 * 4]);
  assert.ok(order.indexOf('preview') < order.indexOf(coded.length), 'the preview came late');
  assert.equal(state.given, coded.length + ((1000 - (coded.length % 1000)) % 1000));
  const fromBytes = [];
  await decode(coded, { onPreview: (small) => fromBytes.push(small) });
  assert.deepEqual(fromBytes, [shown]);
});

test('what the first bytes tell reads no more of a stream', async () => {
  for (const [ask, check] of [
    [info, (found) => assert.equal(found.width, 600)],
    [preview, (found) => assert.equal(found.width, 75)],
    [metadata, (found) => assert.equal(found.orientation, 1)],
  ]) {
    const { body, state } = pieces(coded, 100, () => new Promise((resolve) => setTimeout(resolve, 2)));
    check(await ask(body));
    assert.ok(state.given < coded.length / 2, `${ask.name} read ${state.given}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(state.cancelled, ask.name);
  }
  const { previewNeeds } = await info(coded);
  assert.deepEqual(await preview(coded.subarray(0, previewNeeds)), await preview(coded));
  await assert.rejects(preview(coded.subarray(0, previewNeeds - 1)), { kind: 'truncated' });
  assert.equal(await preview(await encode(photo, { effort: 1 })), undefined);
  assert.equal(await preview(new Blob([await encode(photo, { effort: 1 })]).stream()), undefined);
});

test('limits are kept to', async () => {
  const words = { name: 'KvantError', kind: 'limit', message: 'pixels of 240000 exceeds the limit of 1000' };
  const limits = { maxPixels: 1000 };
  await assert.rejects(decode(coded, { limits }), words);
  await assert.rejects(decode(new Blob([coded]).stream(), { limits }), words);
  await assert.rejects(info(coded, { limits }), words);
  await assert.rejects(encode(photo, { limits }), words);
  await assert.rejects(
    decode(coded, { limits: { maxMemory: 100_000 } }),
    /memory bytes of \d+ exceeds the limit of 100000/,
  );
});

test('settings that cannot be are refused with the words of the library', async () => {
  const refused = (options, message) => assert.rejects(encode(photo, options), { kind: 'config', message });
  await refused({ quality: 101 }, 'quality 101 is outside 0 to 100');
  await refused({ effort: 12 }, 'effort 12 is outside 1 to 9');
  await refused({ chroma: '422' }, "'422' is no chroma sampling; there are 444, 420");
  await refused({ qualty: 50 }, "there is no option 'qualty', or it has another type");
  await refused({ quality: '50' }, "there is no option 'quality', or it has another type");
  await refused({ metadata: { xmp: '<x/>' } }, 'metadata: xmp is no bytes');
  await refused({ targetSize: 1, maxSize: 1 }, /one at most/);
  await refused({ lossless: true, targetSize: 1000 }, /no target can change it/);
  await assert.rejects(encode(photo, { maxSize: 50, effort: 1 }), {
    kind: 'target',
    message: /maxSize allows 50$/,
  });
  await assert.rejects(encode({ ...photo, width: 7 }), { kind: 'config' });
  await assert.rejects(encode({ ...photo, depth: 12 }), { kind: 'config' });
  await assert.rejects(decodeRegion(coded, { x: 0, y: 0, width: 601, height: 1 }), {
    kind: 'config',
    message: 'region 601x1+0+0 is not within the picture of 600x400',
  });
  await assert.rejects(decode(coded, { reduce: 3 }), /'1\/3' is no scale/);
  await assert.rejects(decode('coded'), TypeError);
});

test('regions and reduced pictures', async () => {
  const part = await decodeRegion(coded, { x: 100, y: 50, width: 20, height: 3 });
  assert.deepEqual([part.width, part.height], [20, 3]);
  const row = (y) => whole.data.subarray((y * 600 + 100) * 3, (y * 600 + 120) * 3);
  assert.deepEqual(part.data.subarray(60, 120), row(51));
  for (const reduce of [2, 4, 8]) {
    const small = await decode(new Blob([coded]).stream(), { reduce });
    assert.deepEqual([small.width, small.height], [Math.ceil(600 / reduce), Math.ceil(400 / reduce)]);
    assert.deepEqual(await decode(coded, { reduce }), small);
  }
});

test('an abort rejects with its reason, and later calls work', async () => {
  const reason = new Error('enough');
  await assert.rejects(decode(coded, { signal: AbortSignal.abort(reason) }), reason);
  const controller = new AbortController();
  const slow = encode(photo, {
    effort: 9,
    onProgress: () => controller.abort(reason),
    signal: controller.signal,
  });
  await assert.rejects(slow, reason);
  const { body, state } = pieces(coded, 100, () => new Promise((resolve) => setTimeout(resolve, 5)));
  const whileItComes = new AbortController();
  const onProgress = (bytes) => bytes > 500 && whileItComes.abort(reason);
  await assert.rejects(decode(body, { signal: whileItComes.signal, onProgress }), reason);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.ok(state.cancelled && state.given < coded.length);
  assert.deepEqual(await decode(coded), whole);
});

test('a source that fails rejects with its error', async () => {
  const broken = new ReadableStream({
    pull(controller) {
      controller.enqueue(coded.slice(0, 1000));
      controller.error(new Error('the line is cut'));
    },
  });
  await assert.rejects(decode(broken), /the line is cut/);
  await assert.rejects(decode(new Response('', { status: 404, statusText: 'Not Found' })), {
    kind: 'fetch',
    message: /404 Not Found/,
  });
  await assert.rejects(decode(new Blob([coded.slice(0, 5000)]).stream()), { message: /^cut off/ });
  assert.deepEqual(await decode(new Response(coded)), whole);
});

test("calls at once have their own results, and buffers stay the caller's", async () => {
  const before = coded.slice();
  const all = await Promise.all(
    Array.from({ length: 12 }, (_, i) => (i % 3 ? decode(coded) : encode(photo, { effort: 1 }))),
  );
  for (const [i, found] of all.entries()) if (i % 3) assert.deepEqual(found, whole);
  assert.deepEqual(coded, before);
  assert.equal(photo.data.length, 600 * 400 * 3);
});

test('a module that runs out of memory is replaced', async () => {
  const script = `
    const { encode } = await import(${JSON.stringify(new URL('../package/kvant.js', import.meta.url))});
    const noise = (width, height) => {
      const data = new Uint8Array(width * height * 3).map((_, i) => (i * i) >> 3);
      return { width, height, channels: 3, data };
    };
    const small = await encode(noise(64, 48), { effort: 1 });
    const error = await encode(noise(4000, 3000), { effort: 1 }).catch((error) => error);
    const again = await encode(noise(64, 48), { effort: 1 });
    console.log(error.name, error.kind, error.message, String(small) === String(again));`;
  const { stdout, stderr } = await inFolder((path) => {
    writeFileSync(path('a.mjs'), script);
    // 32 MB.
    return spawnSync(process.execPath, ['--wasm-max-mem-pages=512', path('a.mjs')], { encoding: 'utf8' });
  });
  const words = 'the module failed, for want of memory as a rule: unreachable';
  assert.equal(stdout, `KvantError internal ${words} true\n`, stderr);
});

test('a worker that fails is replaced', async () => {
  // No call can bring that about.
  const nonsense = { op: 'decode', bytes: null, limits: {} };
  const jobs = Array.from({ length: 6 }, () => run({ kind: 'decoder', message: nonsense }));
  for (const { reason } of await Promise.allSettled(jobs)) {
    assert.ok(reason instanceof KvantError && reason.kind === 'internal', String(reason));
  }
  assert.deepEqual(await decode(coded), whole);
});

test('metadata come back', async () => {
  const block = (...bytes) => Uint8Array.of(...bytes);
  const given = {
    orientation: 6,
    icc: block(1, 2, 3),
    exif: block(0x49, 0x49, 42, 0, 8, 0, 0, 0, 0, 0),
    xmp: new TextEncoder().encode('<x/>'),
    cicp: { primaries: 9, transfer: 16, matrix: 0, fullRange: true },
    resolution: { x: 300, y: 301, unit: 'inch' },
    texts: [
      ['Author', 'Ada'],
      ['Title', 'Kaffee ☕'],
    ],
  };
  const stream = await encode(photo, { effort: 1, metadata: given });
  assert.deepEqual(await metadata(stream), given);
  assert.deepEqual((await info(stream)).orientation, 6);
  const { width, height, data, colorSpace } = await decodeToImageData(stream);
  assert.deepEqual([width, height, colorSpace], [400, 600, 'srgb']);
  // Turned clockwise: the first column of the stored picture from below.
  const stored = await decode(stream);
  assert.deepEqual([...data.subarray(0, 3)], [...stored.data.subarray(399 * 600 * 3, 399 * 600 * 3 + 3)]);
  const png = readPng(await (await decodeToPng(stream)).arrayBuffer());
  assert.deepEqual([...png.chunks.cICP], [9, 16, 0, 1]);
  assert.deepEqual([png.width, png.height, png.channels], [400, 600, 3]);
});

test('each orientation is upright in RGBA and in PNG files alike', async () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    const small = { width: 3, height: 2, channels: 1, data: Uint8Array.of(10, 20, 30, 40, 50, 60) };
    const stream = await encode(small, { lossless: true, metadata: { orientation } });
    const { data } = await decodeToImageData(stream);
    const png = readPng(await (await decodeToPng(stream)).arrayBuffer());
    assert.deepEqual(
      [...png.data],
      [...data].filter((_, i) => i % 4 === 0),
      `orientation ${orientation}`,
    );
    // The corner that is stored first.
    const corner = { 1: [0, 0], 2: [2, 0], 3: [2, 1], 4: [0, 1], 5: [0, 0], 6: [1, 0], 7: [1, 2], 8: [0, 2] }[
      orientation
    ];
    assert.equal(png.data[corner[1] * png.width + corner[0]], 10, `orientation ${orientation}`);
  }
});
