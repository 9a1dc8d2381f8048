// What tests share: pictures of the repository, and the command built from the same tree.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as zlib from 'node:zlib';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const GOLDEN = join(ROOT, 'tests/golden');

export const golden = JSON.parse(readFileSync(join(GOLDEN, 'golden.json'), 'utf8'));
export const stream = (file) => new Uint8Array(readFileSync(join(GOLDEN, file)));
export const testdata = (file) => join(ROOT, 'testdata', file);

/** The command; undefined where KVANT does not name it. */
export const command = process.env.KVANT && existsSync(process.env.KVANT) ? process.env.KVANT : undefined;
export const withCommand = { skip: command ? false : 'KVANT does not name the command of this tree' };

/** Runs the command. */
export function kvant(...line) {
  return spawnSync(command, line, { encoding: 'utf8' });
}

/** What `work` returns of a folder that is there meanwhile. */
export async function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'kvant-wasm-'));
  try {
    return await work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const sha256 = (data) =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');

/**
 * A PNG file without interlacing or palette: pixels, and its chunks by type. An implementation
 * apart from package/png.js.
 */
export function readPng(bytes) {
  const file = Buffer.from(bytes);
  const chunks = {};
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    const contents = file.subarray(at + 8, at + 8 + length);
    if (
      zlib.crc32 &&
      zlib.crc32(file.subarray(at + 4, at + 8 + length)) !== file.readUInt32BE(at + 8 + length)
    ) {
      throw new Error(`checksum of ${type}`);
    }
    chunks[type] = chunks[type] ? Buffer.concat([chunks[type], contents]) : contents;
    at += 12 + length;
  }
  const [width, height] = [chunks.IHDR.readUInt32BE(0), chunks.IHDR.readUInt32BE(4)];
  const [depth, colourType] = chunks.IHDR.subarray(8);
  const channels = { 0: 1, 2: 3, 4: 2, 6: 4 }[colourType];
  const [sample, pixel] = [depth / 8, (channels * depth) / 8];
  const raw = zlib.inflateSync(chunks.IDAT);
  const pitch = 1 + width * pixel;
  for (let y = 0; y < height; y++) {
    const kind = raw[y * pitch];
    for (let i = 1; i < pitch; i++) {
      const at = y * pitch + i;
      const left = i > pixel ? raw[at - pixel] : 0;
      const up = y > 0 ? raw[at - pitch] : 0;
      const corner = i > pixel && y > 0 ? raw[at - pitch - pixel] : 0;
      const p = left + up - corner;
      const [a, b, c] = [left, up, corner].map((v) => Math.abs(p - v));
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      raw[at] += [0, left, up, (left + up) >> 1, paeth][kind];
    }
  }
  const data =
    depth === 16 ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / (width * channels));
    const at = 1 + row + i * sample + (row * (pitch - 1) - row * width * channels * sample);
    data[i] = depth === 16 ? raw.readUInt16BE(at) : raw[at];
  }
  return { width, height, channels, depth, data, chunks };
}

export const picture = (file) => {
  const { chunks, ...pixels } = readPng(readFileSync(testdata(file)));
  return pixels;
};
