// Limits of the library, but for the memory: a module has no more than 4 GiB, and phones have less.

export const LIMITS = { maxPixels: 2 ** 28, maxMemory: 2 ** 30 };
