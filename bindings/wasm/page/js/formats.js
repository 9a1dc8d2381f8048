// What versions of a picture there are, in the order in which they are listed.
export const FORMATS = {
  original: { name: 'Original', alpha: true },
  kvant: { name: 'Kvant', alpha: true },
  jpeg: { name: 'JPEG', alpha: false },
  webp: { name: 'WebP', alpha: true },
  avif: { name: 'AVIF', alpha: true },
};
