// Plain values of what the module gives, as kvant.d.ts describes them.

/** Takes plain values of an object of the module, which is freed. */
export function plain(object, ...names) {
  const out = Object.fromEntries(names.map((name) => [name, object[name]]));
  object.free();
  return out;
}

export function infoOf(info) {
  const names = ['width', 'height', 'channels', 'depth', 'lossless', 'orientation', 'chroma', 'profile'];
  const out = plain(info, ...names, 'tiles', 'tileSize', 'headerBytes', 'previewNeeds', 'draft');
  return { ...out, chroma: out.chroma || undefined };
}

export function metadataOf(metadata) {
  const out = plain(metadata, 'orientation', 'icc', 'exif', 'xmp', 'cicp', 'resolution', 'texts');
  const [primaries, transfer, matrix, full] = out.cicp ?? [];
  const [x, y, unit] = out.resolution ?? [];
  const texts = [];
  for (let i = 0; i < out.texts.length; i += 2) texts.push([out.texts[i], out.texts[i + 1]]);
  return {
    ...out,
    cicp: out.cicp && { primaries, transfer, matrix, fullRange: full === 1 },
    resolution: out.resolution && { x, y, unit: ['unknown', 'metre', 'inch'][unit] },
    texts,
  };
}

export function pictureOf(picture) {
  const { width, height, channels, depth } = picture;
  const bytes = picture.intoData();
  return { width, height, channels, depth, data: depth > 8 ? new Uint16Array(bytes.buffer) : bytes };
}
