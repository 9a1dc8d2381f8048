// ZIP archives without compression: what is in them is compressed already. APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
import { crc32 } from './kvant.js';

const MOST_ENTRIES = 0xffff;
const MOST_BYTES = 0xffffffff;
const VERSION = 20;
const NAMES_ARE_UTF8 = 1 << 11;

/** Little-endian numbers: pairs of bytes and value. */
function fields(...pairs) {
  const view = new DataView(new ArrayBuffer(pairs.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of pairs) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return view.buffer;
}

/** Date and time as MS-DOS had them: two seconds fine, from 1980. */
function dosTime(date) {
  const time = (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1);
  const day = ((Math.max(date.getFullYear(), 1980) - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate();
  return [[2, time], [2, day]];
}

/** What the local header and the central directory both say of an entry. */
function description({ name, file }, crc, time) {
  const stored = 0;
  return [
    [2, VERSION], [2, NAMES_ARE_UTF8], [2, stored], ...time,
    [4, crc], [4, file.size], [4, file.size], [2, name.length], [2, 0],
  ];
}

/**
 * @param {{ name: string, file: Blob }[]} entries names with slashes between folders, each once
 * @returns {Promise<Blob>}
 */
export async function zip(entries, date = new Date()) {
  const total = entries.reduce((sum, { file }) => sum + file.size, 0);
  if (entries.length > MOST_ENTRIES || total > MOST_BYTES / 2) throw new Error('too much for one ZIP archive');
  const time = dosTime(date);
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { name: text, file } of entries) {
    const name = new TextEncoder().encode(text);
    const same = description({ name, file }, crc32(new Uint8Array(await file.arrayBuffer())), time);
    const header = fields([4, 0x04034b50], ...same);
    parts.push(header, name, file);
    directory.push(fields([4, 0x02014b50], [2, VERSION], ...same, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]), name);
    offset += header.byteLength + name.length + file.size;
  }
  const size = directory.reduce((sum, part) => sum + part.byteLength, 0);
  const count = entries.length;
  const end = fields([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]);
  return new Blob([...parts, ...directory, end], { type: 'application/zip' });
}
