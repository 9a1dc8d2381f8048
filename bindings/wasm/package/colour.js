// Which of the colour spaces of a canvas a picture has.

/** D50 colorants of the red of Display P3, as ICC profiles have it. */
const P3_RED = [0.5151, 0.2412, -0.001];

/** The red colorant of an ICC profile of RGB, if it has one. */
function red(icc) {
  const view = new DataView(icc.buffer, icc.byteOffset, icc.byteLength);
  if (icc.length < 132) return undefined;
  const tags = Math.min(view.getUint32(128), (icc.length - 132) / 12);
  for (let i = 0; i + 1 <= tags; i++) {
    const entry = 132 + 12 * i;
    const place = view.getUint32(entry + 4);
    if (view.getUint32(entry) === 0x7258595a && place + 20 <= icc.length) {
      return [8, 12, 16].map((at) => view.getInt32(place + at) / 65536);
    }
  }
  return undefined;
}

/** 'display-p3' where the metadata say so, else 'srgb'. */
export function colourSpace({ cicp, icc }) {
  if (cicp) return cicp.primaries === 12 && cicp.transfer === 13 ? 'display-p3' : 'srgb';
  const colorant = icc && red(icc);
  return colorant?.every((v, i) => Math.abs(v - P3_RED[i]) < 0.003) ? 'display-p3' : 'srgb';
}
