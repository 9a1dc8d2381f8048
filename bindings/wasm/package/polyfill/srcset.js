// Lists of candidates, as the attribute `srcset` has them. (HTML, 4.8.4.3.10)

/** URLs and descriptors, such as `2x` or `640w`; a URL may have commas, but for its end. */
export function candidates(srcset) {
  const out = [];
  const one = /[\s,]*(\S*[^\s,])(?:\s+([^,]*(?:\([^)]*\)[^,]*)*))?/gy;
  for (let found; (found = one.exec(srcset)); ) {
    // A comma at the end of what looks like a URL ends the candidate.
    const [, url, descriptor = ''] = found;
    if (srcset[one.lastIndex - 1] === undefined) break;
    out.push({ url, descriptor: descriptor.trim() });
  }
  return out;
}
