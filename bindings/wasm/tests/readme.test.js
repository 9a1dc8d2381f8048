// The examples of README.md do what they say.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { encode } from '../package/kvant.js';
import { launched, site, withBrowser } from './browser.js';
import { picture, testdata } from './common.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = (language) =>
  readme
    .split('```' + language + '\n')
    .slice(1)
    .map((rest) => rest.split('```')[0]);
const [inNode, inPage, worker] = blocks('js');
const [page] = blocks('html');

let photo;
let browser;
before(async () => {
  photo = await encode(picture('chelsea.png'), { effort: 1, preview: true });
  if (!withBrowser.skip) browser = await launched();
});
after(() => browser?.close());

test('the first example runs in Node', async () => {
  const here = new URL('../package/kvant.js', import.meta.url).href;
  const failures = [];
  const output = [];
  const { assert: kept, log } = console;
  console.assert = (holds) => failures.push(...(holds ? [] : ['an assertion']));
  console.log = (...words) => output.push(words.join(' '));
  try {
    await import(`data:text/javascript,${encodeURIComponent(inNode.replace("'kvant'", `'${here}'`))}`);
  } finally {
    Object.assign(console, { assert: kept, log });
  }
  assert.deepEqual(failures, []);
  assert.deepEqual(output, ['limit pixels of 3072 exceeds the limit of 1000']);
});

test('the examples of pages run in Chromium', withBrowser, async () => {
  const script = `<canvas></canvas><script type="module">const canvas = document.querySelector('canvas');
    ${inPage.replace("'kvant'", "'/kvant/kvant.js'")}
    window.drawn = canvas.getContext('2d').getImageData(200, 100, 1, 1).data[3];</script>`;
  const place = await site({
    '/photo.kvt': photo,
    '/photo.png': readFileSync(testdata('chelsea.png')),
    '/page.html': `<!doctype html><body>${page}${script}`,
    '/kvant-worker.js': worker,
  });
  const session = await browser.newContext();
  try {
    const shown = await session.newPage();
    const lines = [];
    shown.on('console', (message) => lines.push(message.text()));
    await shown.goto(place.at('/page.html'));
    await shown.waitForFunction(() => window.drawn === 255);
    assert.ok(lines.includes('57 of 451 columns'), lines.join('\n'));
    await shown.waitForFunction(() =>
      [...document.images].every(
        (image) => image.naturalWidth === 451 && image.currentSrc.startsWith('blob:'),
      ),
    );
    await shown.waitForFunction(() =>
      getComputedStyle(document.querySelector('p')).backgroundImage.includes('blob:'),
    );
  } finally {
    await session.close();
    place.close();
  }
});
