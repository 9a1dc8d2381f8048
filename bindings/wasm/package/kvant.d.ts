/**
 * Kvant pictures (`.kvt`): streams to pixels, and pixels to streams.
 *
 * All work is done in workers that the package starts: at most four, or as many as there are cores.
 * Further calls wait for their turn. Buffers of the caller are copied and stay as they are. The
 * encoder is fetched at the first {@link encode} or {@link score}.
 *
 * A call that fails rejects with a {@link KvantError}, and calls after it work as before.
 */

/**
 * A stream: its bytes, a file, an answer of `fetch()`, or bytes as they come. An answer whose
 * status says that it failed rejects with kind `'fetch'`. A stream that is not read to its end is
 * cancelled.
 */
export type Source = ArrayBufferView | ArrayBufferLike | Blob | Response | ReadableStream<Uint8Array>;

/** What a picture may take. More is refused with kind `'limit'`, before any memory is taken. */
export interface Limits {
  /** Pixels of the picture. Default 2^28. */
  maxPixels?: number;
  /**
   * Bytes of working memory and of the decoded pixels. Default 2^30, half of what the library has
   * elsewhere; no value allows more than the 4 GiB that a module has.
   */
  maxMemory?: number;
}

export interface Common {
  limits?: Limits;
  /** Ends the call, which rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Pixels, row by row without gaps, the channels of a pixel one after the other: gray, gray and
 * alpha, RGB, or RGBA. Alpha is straight, and 0 is transparent.
 */
export interface Picture {
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
  /** Bits of a sample, 8 to 16: samples are 0 to 2^depth - 1. */
  depth: number;
  /** A `Uint16Array` where samples have more than 8 bits. */
  data: Uint8Array | Uint16Array;
}

/** Pixels to encode or to compare. */
export interface Pixels {
  width: number;
  height: number;
  /** Default 4. */
  channels?: 1 | 2 | 3 | 4;
  /** Default all bits of a sample. */
  depth?: number;
  data: Uint8Array | Uint8ClampedArray | Uint16Array;
}

export interface DecodeOptions extends Common {
  /** Decodes at 1/reduce of the width and the height, rounded up. Default 1. */
  reduce?: 1 | 2 | 4 | 8;
}

export interface StreamOptions extends DecodeOptions {
  /**
   * Told of the preview, an eighth of the picture each way and upright, as soon as it is there, and
   * of the size that the picture will have. Streams that have none, and reduced pictures that come
   * as a stream, tell of none.
   */
  onPreview?(preview: ImageData, whole: { width: number; height: number }): void;
  /** Told how many bytes of the stream are there. */
  onProgress?(bytes: number): void;
}

export interface PngOptions extends StreamOptions {
  /**
   * Whether the file is made small. Without, it is as large as the pixels, and done in a fraction
   * of the time: for pictures that are only shown. Default true.
   */
  compress?: boolean;
}

/** Part of a picture in pixels, as they are stored. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How stored pixels are turned when they are shown, as in Exif: 1 for upright. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What the header of a stream says. */
export interface Info {
  /** In pixels as they are stored. */
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
  /** Bits of a sample, 8 to 16. */
  depth: number;
  lossless: boolean;
  orientation: Orientation;
  /** Chroma sampling; undefined for gray. */
  chroma: '444' | '420' | undefined;
  profile: 'mixed' | 'fast';
  tiles: number;
  /** Width and height of a tile in pixels. */
  tileSize: number;
  /** Bytes before the pixels; of those that are there. */
  headerBytes: number;
  /**
   * Bytes from the start on that {@link preview} needs; undefined where there is none, or not yet.
   */
  previewNeeds: number | undefined;
  /** Draft of the format. */
  draft: number;
}

/** Code points of ITU-T H.273 for the meaning of samples. */
export interface Cicp {
  /** 1 for sRGB, 9 for BT.2020, 12 for Display P3. */
  primaries: number;
  /** 13 for sRGB, 16 for PQ, 18 for HLG. */
  transfer: number;
  /** Default 0: pixels are RGB. */
  matrix?: number;
  /** Default true. */
  fullRange?: boolean;
}

export interface Resolution {
  /** Columns in a unit. */
  x: number;
  /** Rows in a unit. */
  y: number;
  unit: 'unknown' | 'metre' | 'inch';
}

/** What stands beside the pixels. Nothing in the blocks is acted upon. */
export interface Metadata {
  orientation: Orientation;
  /** An ICC profile. */
  icc: Uint8Array | undefined;
  /** An Exif block, from its byte order mark on. */
  exif: Uint8Array | undefined;
  /** An XMP packet. */
  xmp: Uint8Array | undefined;
  cicp: Cicp | undefined;
  resolution: Resolution | undefined;
  /** Pairs of keyword and text. */
  texts: [keyword: string, text: string][];
}

export interface EncodeOptions extends Common {
  /**
   * 0 (smallest) to 100 (finest, not lossless); about the SSIMULACRA2 of photographs. Default 80.
   */
  quality?: number;
  /** 1 (fastest) to 9 (smallest). Default 5. */
  effort?: number;
  /** Whether every pixel comes back as it is. Default false. */
  lossless?: boolean;
  /** Bytes to come to, within 1 %, whatever the quality. Of the three targets one may be given. */
  targetSize?: number;
  /** Most bytes: at the quality given or, where that takes more, the best that keeps to them. */
  maxSize?: number;
  /** SSIMULACRA2 to come to, within 0.3 points, whatever the quality. */
  targetScore?: number;
  /** Whether the stream has a small picture near its front. Default false. */
  preview?: boolean;
  /** Chroma sampling. Default '444'. */
  chroma?: '444' | '420';
  /** What is minimised. Default 'perceptual'. */
  tune?: 'perceptual' | 'psnr';
  /** For size, or for the speed of decoding. Default 'mixed'. */
  profile?: 'mixed' | 'fast';
  /** What the picture shows. Default 'auto': found out. */
  content?: 'auto' | 'photo' | 'screen';
  /** 0 to 100, which is lossless and the default. */
  alphaQuality?: number;
  /** Whether colours of fully transparent pixels are kept. Default false. */
  exact?: boolean;
  /** Width and height of a tile in pixels. Default 1024. */
  tileSize?: 512 | 1024;
  /** What is to stand beside the pixels. */
  metadata?: Partial<Metadata>;
  /**
   * Told how many pixels of how many are coded. A search for a size or a score goes through them
   * several times.
   */
  onProgress?(done: number, total: number): void;
}

/**
 * Decodes a picture, as it is stored: `info().orientation` says how it is turned. Streams are
 * decoded while they come.
 */
export function decode(source: Source, options?: StreamOptions): Promise<Picture>;

/**
 * Decodes a picture as a canvas shows it: upright, RGBA of 8 bits. Its `colorSpace` is 'display-p3'
 * where the stream says so, else 'srgb'; other colour spaces are taken for sRGB
 * ({@link decodeToPng} keeps them).
 *
 * In Node, which has no `ImageData`, it is a plain object with the same fields.
 */
export function decodeToImageData(source: Source, options?: StreamOptions): Promise<ImageData>;

/**
 * Decodes a picture to a PNG file, upright, of 8 or 16 bits, with its ICC profile and its code
 * points: a browser shows it in its right colours. Exif, XMP and texts are left out.
 */
export function decodeToPng(source: Source, options?: PngOptions): Promise<Blob>;

/**
 * Decodes part of a picture, as it is stored, and only the tiles that it needs. Rejects with kind
 * `'config'` where the region is empty or not within the picture.
 */
export function decodeRegion(source: Source, region: Region, options?: Common): Promise<Picture>;

/**
 * Decodes the preview: an eighth of the picture each way, as it is stored. Undefined where the
 * stream has none. The first bytes are enough: `info().previewNeeds` says how many. Of a stream no
 * more is read.
 */
export function preview(source: Source, options?: Common): Promise<Picture | undefined>;

/** Reads the header. The first bytes are enough; of a stream no more is read. */
export function info(source: Source, options?: Common): Promise<Info>;

/** Reads what stands beside the pixels. Of a stream no more than that is read. */
export function metadata(source: Source, options?: Common): Promise<Metadata>;

/**
 * Encodes a picture. Alpha that is opaque everywhere is left out. Pixels of an `ImageData` in
 * Display P3 are tagged so, unless the metadata have a profile or code points.
 *
 * Limits are those of who decodes the stream: what they refuse is not encoded. Rejects with kind
 * `'target'` where no quality keeps to `maxSize`.
 */
export function encode(pixels: ImageData | Pixels, options?: EncodeOptions): Promise<Uint8Array>;

/**
 * SSIMULACRA2 of `other` as a copy of `original`, which has its size: 100 for an exact copy, 90
 * excellent, 70 high, 50 medium, 30 low. Samples are taken for sRGB. Pictures with alpha are laid
 * on black, white and gray, and the worst score counts.
 */
export function score(
  original: ImageData | Pixels,
  other: ImageData | Pixels,
  options?: Common,
): Promise<number>;

/** Why a call failed, in the words of the command `kvant`. */
export class KvantError extends Error {
  /**
   * - `'format'`: no `.kvt` stream, one of another draft, or with a feature that this version
   *   lacks.
   * - `'truncated'`: the stream ends too early.
   * - `'damaged'`: the stream is damaged; or cut off, which nobody can tell apart in a picture of
   *   one
   *   tile.
   * - `'limit'`: a limit would be exceeded.
   * - `'config'`: a setting, pixels or a region that cannot be.
   * - `'target'`: no quality keeps to `maxSize`.
   * - `'fetch'`: an answer says that it failed, or the module cannot be loaded.
   * - `'internal'`: the module failed, for want of memory as a rule.
   */
  kind: 'format' | 'truncated' | 'damaged' | 'limit' | 'config' | 'target' | 'fetch' | 'internal';
  name: 'KvantError';
}
