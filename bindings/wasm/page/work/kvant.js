// The one place that says where the package lies: ship `page/` and `package/` side by side, or change this line.
export { KvantError, decodeToImageData, decodeToPng, encode, info, score } from '../../package/kvant.js';
