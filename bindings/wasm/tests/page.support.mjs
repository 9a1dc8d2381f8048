// What the tests of the page stand on: a file server, and pictures in a browser.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

import { testdata } from './common.js';

const HERE = fileURLToPath(new URL('..', import.meta.url));

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

async function answer(request, response) {
  const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
  const file = join(HERE, normalize(path), path.endsWith('/') ? 'index.html' : '');
  try {
    const body = await readFile(file);
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}

/** Serves this folder, as any file server would. */
export async function serve() {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}/page/`, close: () => server.close() };
}

/** Puts files on the page as a drop of them does. */
export async function drop(page, files) {
  const given = await Promise.all(
    files.map(async ({ name, path, bytes, type = '' }) => {
      const content = bytes ?? (await readFile(path));
      return { name, type, base64: Buffer.from(content).toString('base64') };
    }),
  );
  await page.evaluate((all) => {
    const transfer = new DataTransfer();
    for (const { name, type, base64 } of all) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type }));
    }
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }
  }, given);
}

export function picture(name) {
  return { name, path: testdata(name), type: 'image/png' };
}

/**
 * A photograph of so many pixels: one of testdata/ again and again, each time a little brighter or darker, as a JPEG
 * of the browser.
 */
export async function largePhotograph(page, width, height) {
  const tile = (await readFile(testdata('coffee.png'))).toString('base64');
  const base64 = await page.evaluate(
    async ({ tile, width, height }) => {
      const png = Uint8Array.from(atob(tile), (character) => character.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([png]));
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d');
      for (let y = 0, n = 0; y < height; y += 400) {
        for (let x = 0; x < width; x += 600) {
          context.filter = `brightness(${0.8 + (n++ % 7) / 15})`;
          context.drawImage(bitmap, x, y);
        }
      }
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
      const reader = new FileReader();
      reader.readAsDataURL(blob);
      await new Promise((resolve) => (reader.onload = resolve));
      return reader.result.split(',')[1];
    },
    { tile, width, height },
  );
  return Buffer.from(base64, 'base64');
}

/** Waits until all steps for the open picture are done. */
export async function settled(page, timeout = 120_000) {
  await page.waitForSelector('#versions tr[data-version="kvant"]', { timeout });
  await page.waitForSelector('#results[aria-busy="false"]', { timeout });
}

/** The files of a ZIP archive without compression, as its central directory lists them. */
export function unzip(archive) {
  const bytes = Buffer.from(archive);
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const files = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [size, local] = [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 42)];
    const nameLength = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    const content = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    files.set(name, bytes.subarray(content, content + size));
    at += 46 + nameLength;
  }
  return files;
}
