// CRC-32 of PNG and ZIP: polynomial 0xEDB88320, reflected.

/** Eight tables, so that eight bytes are looked up at a time. */
const CRC = (() => {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256));
  for (let i = 0; i < 256; i++) {
    let c = i;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    tables[0][i] = c;
  }
  for (let i = 0; i < 256; i++) {
    for (let t = 1; t < 8; t++) {
      const before = tables[t - 1][i];
      tables[t][i] = (before >>> 8) ^ tables[0][before & 255];
    }
  }
  return tables;
})();

/** The checksum of `bytes` behind those that have the checksum `before`. */
export function crc32(bytes, before = 0) {
  let crc = ~before;
  const [a, b, c, d, e, f, g, h] = CRC;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    crc ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    crc =
      h[crc & 255] ^
      g[(crc >>> 8) & 255] ^
      f[(crc >>> 16) & 255] ^
      e[crc >>> 24] ^
      d[bytes[i + 4]] ^
      c[bytes[i + 5]] ^
      b[bytes[i + 6]] ^
      a[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ a[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}
