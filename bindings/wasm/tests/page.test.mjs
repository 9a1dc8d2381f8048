// The page in a browser: what a user drops, sees, presses and saves. KVANT names the command to compare with.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile, copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launched, withBrowser } from './browser.js';
import { command, kvant, readPng, testdata } from './common.js';
import { drop, largePhotograph, picture, serve, settled, unzip } from './page.support.mjs';

const { skip } = withBrowser;

let browser;
let server;
let folder;

before(async () => {
  if (skip) return;
  folder = await mkdtemp(join(tmpdir(), 'kvant-page-'));
  [browser, server] = await Promise.all([launched(), serve()]);
});

after(async () => {
  await browser?.close();
  server?.close();
  if (folder) await rm(folder, { recursive: true });
});

/** A test with a page of its own, on which nothing but what the test expects may go wrong. */
function onPage(name, options, act) {
  test(name, { skip, timeout: 300_000 }, async (t) => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      if (!/^(blob:|data:)/.test(request.url()) && new URL(request.url()).origin !== new URL(server.url).origin) {
        faults.push(`it asked for ${request.url()}`);
      }
    });
    await page.goto(server.url);
    try {
      await act(page, t);
    } finally {
      await context.close();
    }
    assert.deepEqual(faults, []);
  });
}

async function open(page, ...names) {
  await drop(page, names.map(picture));
  await page.waitForFunction((name) => document.getElementById('picture').textContent.startsWith(name), names[0]);
  await settled(page);
}

async function set(page, id, value) {
  await page.evaluate(
    ([id, value]) => {
      const field = document.getElementById(id);
      field.value = value;
      for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
    },
    [id, String(value)],
  );
  await settled(page);
}

/** Size in bytes and score of a version, as the table has them. */
async function result(page, version) {
  const row = page.locator(`#versions tr[data-version="${version}"]`);
  const bytes = parseInt(await row.locator('td').nth(0).getAttribute('title'), 10);
  return { bytes, score: parseFloat(await row.locator('td').nth(2).textContent()) };
}

async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(button)]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** A hash of what a place of the page shows. */
function seen(page) {
  return page.locator('.view').screenshot().then((png) => png.toString('base64'));
}

onPage('a dropped picture is encoded, scored and compared at equal size', {}, async (page) => {
  await open(page, 'coffee.png');
  const [original, kvant, jpeg, webp] = await Promise.all(
    ['original', 'kvant', 'jpeg', 'webp'].map((version) => result(page, version)),
  );
  assert.equal(original.bytes, (await readFile(testdata('coffee.png'))).length);
  for (const rival of [jpeg, webp]) {
    assert.ok(Math.abs(rival.bytes / kvant.bytes - 1) < 0.05, `${rival.bytes} for ${kvant.bytes} bytes`);
    assert.ok(rival.score < kvant.score, `${rival.score} at the size of ${kvant.score}`);
  }
  assert.match(await page.textContent('#picture'), /coffee\.png · 600 × 400 · RGB/);
});

onPage('the page may not speak to other hosts', {}, async (page) => {
  const refused = await page.evaluate(() => {
    const violation = new Promise((resolve) => addEventListener('securitypolicyviolation', resolve));
    fetch('http://other.invalid/').catch(() => undefined);
    return violation.then(({ effectiveDirective }) => effectiveDirective);
  });
  assert.equal(refused, 'connect-src');
});

onPage('a file dropped while another opens is the one that is opened', {}, async (page) => {
  const bytes = await largePhotograph(page, 2400, 1600);
  await drop(page, [{ name: 'first.jpg', bytes, type: 'image/jpeg' }]);
  await page.waitForFunction(() => document.getElementById('step').textContent === 'Opening');
  await drop(page, [{ name: 'broken.kvt', bytes: Buffer.from('no stream') }]);
  await open(page, 'chelsea.png');
  assert.equal((await result(page, 'original')).bytes, (await readFile(testdata('chelsea.png'))).length);
});

onPage('at equal score the browser’s codecs come to the score of Kvant', {}, async (page) => {
  await open(page, 'chelsea.png');
  await set(page, 'by', 'score');
  const kvant = await result(page, 'kvant');
  for (const version of ['jpeg', 'webp']) {
    const rival = await result(page, version);
    assert.ok(Math.abs(rival.score - kvant.score) < 1.5, `${version}: ${rival.score} for ${kvant.score}`);
    assert.ok(rival.bytes > kvant.bytes, `${version}: ${rival.bytes} for ${kvant.bytes} bytes`);
  }
});

onPage('a target size is kept, and the picture may be lossless', {}, async (page) => {
  await open(page, 'chelsea.png');
  await page.check('[name="aim"][value="size"]');
  await set(page, 'size', 9.5);
  const { bytes } = await result(page, 'kvant');
  assert.ok(Math.abs(bytes / 9500 - 1) < 0.02, `${bytes} bytes`);
  await page.check('[name="aim"][value="lossless"]');
  await settled(page);
  assert.equal((await result(page, 'kvant')).score, 100);
});

onPage('the saved stream and its PNG are those of the command', {}, async (page, t) => {
  await page.evaluate(() => (document.getElementById('effort').value = 3));
  await open(page, 'astronaut.png');
  await set(page, 'quality', 63);
  const stream = await saved(page, '#save-kvt');
  const png = await saved(page, '#save-png');
  assert.deepEqual([stream.name, png.name], ['astronaut.kvt', 'astronaut.png']);
  if (!command) return t.diagnostic('not compared with the command: KVANT names none');
  const at = (name) => join(folder, name);
  kvant('encode', testdata('astronaut.png'), '-o', at('a.kvt'), '-q', '63', '-e', '3', '--chroma', '444');
  assert.ok(stream.bytes.equals(await readFile(at('a.kvt'))), 'other bytes than those of the command');
  kvant('decode', at('a.kvt'), '-o', at('a.png'));
  assert.deepEqual(readPng(png.bytes).data, readPng(await readFile(at('a.png'))).data);
});

onPage('a stream opens, is not encoded unasked, and is saved as PNG', {}, async (page) => {
  await open(page, 'coffee.png');
  const { bytes } = await saved(page, '#save-kvt');
  await drop(page, [{ name: 'cup.kvt', bytes }]);
  await page.waitForFunction(() => document.getElementById('picture').textContent.startsWith('cup.kvt'));
  assert.match(await page.textContent('#picture'), /cup\.kvt · 600 × 400 · \.kvt, 8 bits/);
  assert.equal(await page.locator('#versions tr').count(), 1);
  const png = await saved(page, '#save-png');
  assert.equal(png.name, 'cup.png');
  assert.equal(png.bytes.toString('latin1', 1, 4), 'PNG');
  await page.click('#again');
  await settled(page);
  assert.equal(await page.locator('#versions tr[data-version="kvant"]').count(), 1);
});

onPage('a picture is pasted', {}, async (page) => {
  const base64 = (await readFile(testdata('chelsea.png'))).toString('base64');
  await page.evaluate((base64) => {
    const clipboardData = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    clipboardData.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
  }, base64);
  await settled(page);
  assert.match(await page.textContent('#picture'), /image\.png · 451 × 300/);
});

onPage('a broken file is told in the words of the codec, and the page goes on', {}, async (page) => {
  await open(page, 'chelsea.png');
  const { bytes } = await saved(page, '#save-kvt');
  const broken = bytes.subarray(0, bytes.length - 400);
  await drop(page, [{ name: 'broken.kvt', bytes: broken }]);
  const message = await page.textContent('.error p');
  assert.match(message, /^broken\.kvt: \S/);
  if (command) {
    const path = join(folder, 'broken.kvt');
    await writeFile(path, broken);
    const { stderr } = kvant('decode', path, '-o', join(folder, 'broken.png'));
    const words = message.replace('broken.kvt: ', '');
    assert.ok(stderr.includes(words), `'${words}' on the page, '${stderr}' of the command`);
  }
  // The picture before it is still open.
  assert.match(await page.textContent('#picture'), /chelsea\.png/);
  await drop(page, [{ name: 'words.png', bytes: Buffer.from('no picture'), type: 'image/png' }]);
  await page.waitForFunction(() => document.querySelector('.error p')?.textContent.startsWith('words.png'));
  await page.click('.error button');
  await open(page, 'coffee.png');
  assert.match(await page.textContent('#picture'), /coffee\.png/);
});

onPage('all of it is reached and moved by keys', { reducedMotion: 'no-preference' }, async (page) => {
  await open(page, 'coffee.png');
  const focused = () => page.evaluate(() => document.activeElement.id);
  const reached = new Set();
  await page.evaluate(() => document.activeElement.blur());
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    reached.add(await focused());
  }
  const needed = ['left', 'right', 'canvas', 'handle', 'quality', 'effort', 'save-kvt'];
  for (const id of needed) assert.ok(reached.has(id), id);

  await page.focus('#handle');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getAttribute('#handle', 'aria-valuenow'), '52');
  await page.keyboard.press('Home');
  assert.equal(await page.getAttribute('#handle', 'aria-valuenow'), '0');
  const outline = () => getComputedStyle(document.getElementById('handle'), '::after').outlineStyle;
  assert.equal(await page.evaluate(outline), 'solid');

  await page.keyboard.press(' ');
  assert.equal(await page.getAttribute('#stage', 'data-mode'), 'flicker');
  const shown = await page.getAttribute('#stage', 'data-shown');
  await page.focus('#canvas');
  const before = await seen(page);
  await page.keyboard.press(' ');
  assert.notEqual(await page.getAttribute('#stage', 'data-shown'), shown);
  assert.notEqual(await seen(page), before);

  await page.keyboard.press('+');
  await page.keyboard.press('+');
  await page.waitForFunction(() => document.getElementById('zoom').textContent === '200 %');
  const place = await seen(page);
  await page.keyboard.press('ArrowLeft');
  await page.waitForTimeout(100);
  assert.notEqual(await seen(page), place);
  await page.keyboard.press('0');
  await page.waitForFunction(() => document.getElementById('zoom').textContent === '100 %');
});

for (const [reducedMotion, moves] of [['no-preference', true], ['reduce', false]]) {
  const name = `flicker ${moves ? 'runs' : 'waits for the user'} where motion is ${reducedMotion}`;
  onPage(name, { reducedMotion }, async (page) => {
    await open(page, 'chelsea.png');
    await page.check('[name="mode"][value="flicker"]');
    const shown = () => page.getAttribute('#stage', 'data-shown');
    const before = await shown();
    await page.waitForTimeout(1000);
    assert.equal((await shown()) !== before, moves);
    assert.equal(await page.textContent('#play'), moves ? 'Pause' : 'Play');
  });
}

/** Two fingers on the canvas go apart, to so many times their distance. */
async function pinch(page, times) {
  const box = await page.locator('#canvas').boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const client = await page.context().newCDPSession(page);
  const touch = (type, apart) => {
    const touchPoints = apart ? [{ x: x - apart, y, id: 0 }, { x: x + apart, y, id: 1 }] : [];
    return client.send('Input.dispatchTouchEvent', { type, touchPoints });
  };
  await touch('touchStart', 20);
  for (let step = 1; step <= 5; step++) await touch('touchMove', 20 * (1 + ((times - 1) * step) / 5));
  await touch('touchEnd');
}

for (const width of [320, 390]) {
  const phone = { viewport: { width, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
  onPage(`on a phone of ${width} pixels nothing is wider than the screen`, phone, async (page) => {
    const over = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(await over(), 0);
    await open(page, 'chelsea.png', 'coffee.png');
    assert.equal(await over(), 0);
    for (const mode of ['flicker', 'side']) await page.check(`[name="mode"][value="${mode}"]`);
    assert.equal(await over(), 0);
    await pinch(page, 2);
    await page.waitForFunction(() => parseInt(document.getElementById('zoom').textContent, 10) > 150);
    assert.equal(await page.evaluate(() => visualViewport.scale), 1);
  });
}

onPage('a folder is converted at once and saved as one archive', {}, async (page) => {
  const shots = join(folder, 'shots');
  await mkdir(join(shots, 'deep'), { recursive: true });
  await copyFile(testdata('chelsea.png'), join(shots, 'deep', 'cat.png'));
  await copyFile(testdata('camera.png'), join(shots, 'camera.png'));
  await writeFile(join(shots, 'notes.txt'), 'not a picture');
  await writeFile(join(shots, 'broken.kvt'), 'nor this');
  await page.setInputFiles('#folder', shots);
  const rows = page.locator('#rows tr');
  await rows.nth(2).waitFor();
  assert.equal(await rows.count(), 3);
  await page.click('#start');
  await page.waitForSelector('#all-done', { state: 'visible' });
  assert.equal(await page.locator('#rows tr[data-state="done"]').count(), 2);
  assert.match(await page.textContent('#rows tr[data-state="failed"]'), /broken\.kvt/);
  const archive = await saved(page, '#save-zip');
  const files = unzip(archive.bytes);
  assert.deepEqual([...files.keys()].sort(), ['shots/camera.kvt', 'shots/deep/cat.kvt']);
  const one = await saved(page, '#rows tr:has-text("cat.png") [data-part="save"]');
  assert.equal(one.name, 'cat.kvt');
  assert.ok(one.bytes.equals(files.get('shots/deep/cat.kvt')));
});

onPage('work is cancelled, for one picture and for many, and can be taken up again', {}, async (page) => {
  const large = await largePhotograph(page, 2400, 1600);
  const files = ['a.jpg', 'b.jpg', 'c.jpg'].map((name) => ({ name, bytes: large, type: 'image/jpeg' }));
  await drop(page, files);
  await page.waitForFunction(() => document.getElementById('step').textContent === 'Encoding');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#working', { state: 'hidden' });
  assert.equal(await page.locator('#versions tr').count(), 1);
  assert.equal(await page.locator('.error').count(), 0);

  await page.click('#start');
  await page.waitForSelector('#rows tr[data-state="working"]');
  await page.click('#stop');
  await page.waitForSelector('#start', { state: 'visible' });
  assert.equal(await page.locator('#rows tr[data-state="done"]').count(), 0);

  await page.click('#start');
  const done = () => document.querySelectorAll('#rows tr[data-state="done"]').length === 3;
  await page.waitForFunction(done, null, { timeout: 120_000 });
});

onPage('the page answers while 12 megapixels are encoded', {}, async (page, t) => {
  const bytes = await largePhotograph(page, 4000, 3000);
  await page.evaluate(() => {
    for (const box of document.querySelectorAll('[name="rival"]')) box.checked = false;
    document.getElementById('effort').value = 1;
    globalThis.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration);
    }).observe({ type: 'longtask' });
  });
  const path = join(folder, 'large.jpg');
  await writeFile(path, bytes);
  await page.setInputFiles('#files', path);
  const started = Date.now();
  const encoding = () => document.getElementById('step').textContent === 'Encoding';
  await page.waitForFunction(encoding, null, { timeout: 60_000 });
  let answers = 0;
  while ((await page.textContent('#step')) === 'Encoding') {
    const mode = answers++ % 2 ? 'slider' : 'side';
    await page.check(`[name="mode"][value="${mode}"]`, { timeout: 1000 });
    assert.equal(await page.getAttribute('#stage', 'data-mode'), mode);
  }
  await settled(page);
  const longest = await page.evaluate(() => globalThis.longest);
  assert.ok(answers >= 3, `${answers} answers`);
  const task = longest ? `${longest.toFixed(0)} ms` : 'under 50 ms';
  t.diagnostic(`all steps in ${Date.now() - started} ms, ${answers} answers, longest task ${task}`);
});
