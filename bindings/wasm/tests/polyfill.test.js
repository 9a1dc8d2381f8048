// The polyfill and the workers, in Chromium.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { decode, decodeToImageData, encode } from '../package/kvant.js';
import { launched, site, withBrowser } from './browser.js';
import { picture, sha256, stream, testdata } from './common.js';

const photo = await encode(picture('chelsea.png'), { quality: 60, effort: 2, preview: true });
const double = await encode(picture('coffee.png'), { quality: 60, effort: 1 });
const SCRIPT = '<script src="/kvant/polyfill.js"></script>';
/** Notes which events of images there are, from the start on. */
const NOTE = `<script>
  window.events = [];
  const note = (event) => events.push(event.type + ' ' + event.target.id);
  const watch = (image) => { image.addEventListener('load', note); image.addEventListener('error', note); return image; };
</script>`;
const WATCH = '<script>document.querySelectorAll("img").forEach(watch)</script>';

let browser;
before(async () => {
  if (!withBrowser.skip) browser = await launched();
});
after(() => browser?.close());

/** Shows a page, and gives it to `work`. */
async function onPage(body, work, { files = {}, context = {} } = {}) {
  const place = await site({
    '/photo.kvt': photo,
    '/double.kvt': double,
    '/damaged.kvt': stream('damaged-tile-checksum.kvt'),
    '/photo.png': readFileSync(testdata('chelsea.png')),
    '/page.html': `<!doctype html><meta charset="utf-8">${NOTE}<body>${body}${WATCH}`,
    ...files,
  });
  const session = await browser.newContext(context);
  try {
    const page = await session.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(place.at('/page.html'), { waitUntil: 'domcontentloaded' });
    await work(page, place);
  } finally {
    await session.close();
    place.close();
  }
}

/** Waits until an image shows a picture of so many columns. */
const shows = (page, id, width) =>
  page.waitForFunction(
    ([id, width]) => {
      const image = document.getElementById(id);
      return image?.complete && image.naturalWidth === width && events.includes(`load ${id}`);
    },
    [id, width],
  );

/** SHA-256 of what an image shows. */
const pixelsOf = (page, id) =>
  page.evaluate(async (id) => {
    const image = document.getElementById(id);
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  }, id);

const expected = sha256((await decodeToImageData(photo)).data);

test('<img> shows the picture, and its author hears of one load and no error', withBrowser, async () => {
  const body = `${SCRIPT}<img id="a" src="photo.kvt" alt="a cat" decoding="async">`;
  await onPage(body, async (page, { asked }) => {
    await shows(page, 'a', 451);
    assert.equal(await pixelsOf(page, 'a'), expected);
    await page.waitForTimeout(300);
    assert.deepEqual(await page.evaluate('events'), ['load a']);
    assert.equal(await page.getAttribute('#a', 'src'), 'photo.kvt');
    assert.equal(
      asked.some(({ pathname }) => pathname.includes('encoder')),
      false,
      'the encoder was fetched',
    );
  });
});

test('<picture>, srcset and images that come later', withBrowser, async () => {
  const body = `${SCRIPT}
    <picture><source type="image/x-kvant" srcset="photo.kvt"><img id="a" src="photo.png"></picture>
    <img id="b" src="photo.png" srcset="photo.kvt 1x, double.kvt 2x">
    <picture><source media="(max-width: 1px)" srcset="double.kvt" type="image/x-kvant"><img id="c" src="photo.kvt"></picture>`;
  await onPage(
    body,
    async (page) => {
      await shows(page, 'a', 451);
      await shows(page, 'c', 451);
      // 600 pixels, two for one of CSS.
      await shows(page, 'b', 300);
      await page.evaluate(() => {
        const image = watch(new Image());
        image.id = 'd';
        image.src = 'photo.kvt';
        document.body.append(image);
        document.body.insertAdjacentHTML(
          'beforeend',
          '<div><img id="e" srcset="photo.kvt 451w" sizes="41px"></div>',
        );
        watch(document.getElementById('e'));
      });
      await shows(page, 'd', 451);
      await shows(page, 'e', 41);
      // Another picture in the same element.
      await page.evaluate(() => {
        events.length = 0;
        document.getElementById('d').src = 'double.kvt';
      });
      await shows(page, 'd', 600);
      const all = await page.evaluate('events');
      assert.deepEqual(
        all.filter((event) => event.startsWith('error')),
        [],
      );
    },
    { context: { deviceScaleFactor: 2 } },
  );
});

test('a picture of another medium, and an image that was away', withBrowser, async () => {
  const body = `${SCRIPT}<picture><source media="(max-width: 500px)" srcset="double.kvt" type="image/x-kvant">
    <img id="a" src="photo.kvt"></picture><div id="at"><img id="b" src="photo.kvt"></div>`;
  await onPage(body, async (page) => {
    await shows(page, 'a', 451);
    await shows(page, 'b', 451);
    await page.setViewportSize({ width: 400, height: 400 });
    await shows(page, 'a', 600);
    await page.evaluate(() => (window.away = document.getElementById('b'))?.remove());
    await page.waitForTimeout(2300);
    await page.evaluate(() => {
      events.length = 0;
      document.getElementById('at').append(away);
    });
    await shows(page, 'b', 451);
    assert.equal(await pixelsOf(page, 'b'), expected);
  });
});

test('a damaged picture and one that is not there are errors, told once', withBrowser, async () => {
  const body = `${SCRIPT}<img id="a" src="damaged.kvt" alt="damaged"><img id="b" src="nowhere.kvt">`;
  await onPage(body, async (page) => {
    await page.waitForFunction(() => events.length >= 2);
    await page.waitForTimeout(500);
    assert.deepEqual((await page.evaluate('events')).sort(), ['error a', 'error b']);
    assert.equal(await page.evaluate(() => document.getElementById('a').naturalWidth), 0);
  });
});

test('a lazy image waits until it is near', withBrowser, async () => {
  const body = `${SCRIPT}<div style="height: 9000px"></div><img id="a" src="photo.kvt" loading="lazy" width="451" height="300">`;
  await onPage(body, async (page, { asked }) => {
    await page.waitForTimeout(700);
    assert.equal(
      asked.some(({ pathname }) => pathname === '/photo.kvt'),
      false,
    );
    await page.evaluate(() => scrollTo(0, 9000));
    await shows(page, 'a', 451);
    assert.deepEqual(await page.evaluate('events'), ['load a']);
  });
});

test('the preview is shown first, at the size of the picture', withBrowser, async () => {
  let go;
  const later = new Promise((resolve) => (go = resolve));
  const slow = async (response) => {
    response.write(photo.slice(0, photo.length / 2));
    await later;
    response.write(photo.slice(photo.length / 2));
  };
  await onPage(
    `${SCRIPT}<img id="a" src="slow.kvt">`,
    async (page) => {
      await page.waitForFunction(() => document.getElementById('a').naturalWidth === 451);
      assert.deepEqual(
        await page.evaluate(() => [document.getElementById('a').naturalHeight, events.length]),
        [300, 0],
      );
      go();
      await shows(page, 'a', 451);
      assert.equal(await pixelsOf(page, 'a'), expected);
      assert.deepEqual(await page.evaluate('events'), ['load a']);
    },
    { files: { '/slow.kvt': slow } },
  );
});

test('backgrounds of style sheets and of style attributes', withBrowser, async () => {
  const body = `${SCRIPT}<link rel="stylesheet" href="/styles/a.css">
    <p class="a" id="a">a</p><p id="b" style="background: red url(photo.kvt) no-repeat">b</p><p id="c">c</p>`;
  const files = {
    '/styles/a.css':
      '.a { background-image: url("../photo.kvt") } @media all { .late::before { content: url(../double.kvt) } }',
  };
  await onPage(
    body,
    async (page, { asked }) => {
      const value = (id, pseudo) =>
        `(() => { const s = getComputedStyle(document.getElementById('${id}'), ${pseudo ?? null});
          return ${pseudo ? 's.content' : 's.backgroundImage'}.startsWith('url("blob:'); })()`;
      await page.waitForFunction(value('a'));
      await page.waitForFunction(value('b'));
      assert.equal(
        asked.some(({ pathname }) => pathname === '/double.kvt'),
        false,
      );
      await page.evaluate(() => document.getElementById('c').classList.add('late'));
      await page.waitForFunction(value('c', '"::before"'));
    },
    { files },
  );
});

test('a service worker answers pictures, and nothing else', withBrowser, async () => {
  const body = `<script type="module" src="/kvant/polyfill.js" data-service-worker="/kvant-worker.js"></script>
    <img id="a" src="photo.kvt">
    <picture><source type="image/x-kvant" srcset="photo.kvt"><img id="b" src="photo.png"></picture>
    <p id="c" style="background-image: url(photo.kvt)">c</p>`;
  await onPage(
    body,
    async (page) => {
      await shows(page, 'a', 451);
      await page.waitForFunction(() => navigator.serviceWorker.controller);
      await page.reload();
      await page.waitForFunction(() => document.getElementById('a').complete);
      await shows(page, 'a', 451);
      assert.equal(await pixelsOf(page, 'a'), expected);
      await page.waitForFunction(() => document.getElementById('b').currentSrc.endsWith('.kvt'));
      await page.waitForFunction(() => document.getElementById('b').naturalWidth === 451);
      const [current, srcset, style, size] = await page.evaluate(async () => {
        const { currentSrc, srcset } = document.getElementById('a');
        const raw = await (await fetch('photo.kvt')).arrayBuffer();
        return [
          currentSrc,
          srcset,
          getComputedStyle(document.getElementById('c')).backgroundImage,
          raw.byteLength,
        ];
      });
      assert.ok(
        current.endsWith('/photo.kvt') && srcset === '' && style.endsWith('/photo.kvt")'),
        `${current} ${style}`,
      );
      assert.equal(size, photo.length);
    },
    { files: { '/kvant-worker.js': "import './kvant/service-worker.js';" } },
  );
});

test('workers of a page decode and encode as those of Node', withBrowser, async () => {
  await onPage('', async (page) => {
    const found = await page.evaluate(async () => {
      const { decode, decodeToImageData, decodeToPng, encode, score } = await import('/kvant/kvant.js');
      const picture = await decode(await fetch('photo.kvt'));
      const stream = await encode(picture, { quality: 50, effort: 1 });
      const shown = await decodeToImageData(await fetch('photo.kvt'));
      const again = await score(shown, await decodeToImageData(stream));
      const bitmap = await createImageBitmap(await decodeToPng(stream));
      const error = await decode(stream.subarray(0, 99)).catch((error) => `${error.name} ${error.kind}`);
      const controller = new AbortController();
      const aborted = encode(picture, {
        effort: 9,
        signal: controller.signal,
        onProgress: () => controller.abort('enough'),
      });
      const reason = await aborted.catch((reason) => reason);
      return [
        [...stream],
        picture.data.length,
        shown instanceof ImageData,
        again > 30,
        bitmap.width,
        error,
        reason,
      ];
    });
    const pixels = await decode(photo);
    const stream = await encode(pixels, { quality: 50, effort: 1 });
    const expected = [[...stream], pixels.data.length, true, true, 451, 'KvantError damaged', 'enough'];
    assert.deepEqual(found, expected);
  });
});
