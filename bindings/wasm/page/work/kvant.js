// The one place that says where the package lies: ship `page/` and `package/` side by side, or change these lines.
export { KvantError, decodeToImageData, decodeToPng, encode, info, score } from '../../package/kvant.js';
export { crc32 } from '../../package/crc32.js';
