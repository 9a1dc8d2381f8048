// Lists of candidates, as the attribute `srcset` has them. (HTML, 4.8.4.3.10)

/** URLs and descriptors, such as `2x` or `640w`; a URL may have commas, but for its end. */
export function candidates(srcset) {
  const out = [];
  const one = /[\s,]*(\S*[^\s,])(?:\s+([^,]*(?:\([^)]*\)[^,]*)*))?/gy;
  for (let found; (found = one.exec(srcset));) {
    const [, url, descriptor = ''] = found;
    out.push({ url, descriptor: descriptor.trim() });
  }
  return out;
}
