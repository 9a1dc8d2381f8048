// Pictures of style sheets and of `style` attributes. A rule waits until some element is of it, as
// browsers do.

import { isOurs, pictureAt } from './pictures.js';

const PROPERTIES = [
  'background-image',
  'border-image-source',
  'list-style-image',
  'mask-image',
  '-webkit-mask-image',
  'content',
  'cursor',
];
const URL_OF = /url\(\s*(?:"([^"]*)"|'([^']*)'|([^"')\s]+))\s*\)/g;

/** Rules that nothing in the document is of yet. */
const waiting = new Set();
const sheets = new WeakSet();

/** Replaces pictures in the declarations of `style`, whose URLs are relative to `base`. */
async function replace(style, base) {
  for (const property of PROPERTIES) {
    const value = style.getPropertyValue(property);
    const urls = [...value.matchAll(URL_OF)]
      .map(([text, one, two, three]) => ({ text, url: new URL(one ?? two ?? three, base).href }))
      .filter(({ url }) => isOurs(url));
    if (urls.length === 0) continue;
    try {
      const shown = await Promise.all(urls.map(({ url }) => pictureAt(url).url));
      // It may have changed meanwhile.
      if (style.getPropertyValue(property) !== value) continue;
      const made = urls.reduce((all, { text }, i) => all.replaceAll(text, `url("${shown[i]}")`), value);
      style.setProperty(property, made, style.getPropertyPriority(property));
    } catch (error) {
      console.warn(`${urls.map(({ url }) => url).join(', ')}: ${error.message}`);
    }
  }
}

/** Looks at the `style` attribute of an element. */
export function considerInline(element) {
  if (element.getAttribute('style')?.toLowerCase().includes('.kvt')) replace(element.style, document.baseURI);
}

function collect(rules, base) {
  for (const rule of rules) {
    if (rule.style && rule.selectorText && /\.kvt/i.test(rule.cssText)) waiting.add({ rule, base });
    if (rule.styleSheet) considerSheet(rule.styleSheet);
    if (rule.cssRules?.length) collect(rule.cssRules, base);
  }
}

function considerSheet(sheet) {
  if (sheets.has(sheet)) return;
  try {
    const { cssRules, href } = sheet;
    sheets.add(sheet);
    collect(cssRules, href ?? document.baseURI);
  } catch {
    // It has not been loaded, or is of another origin, which does not let scripts read it.
  }
}

function applies({ selectorText }) {
  // Of pseudo-elements the elements are looked for.
  const selector = selectorText.replace(
    /::?(before|after|marker|first-line|first-letter|placeholder|selection|backdrop)\b/gi,
    '',
  );
  try {
    return document.querySelector(selector || '*') !== null;
  } catch {
    return true;
  }
}

/** Looks at all style sheets, and at rules that wait. */
export function considerStyles() {
  for (const sheet of [...document.styleSheets, ...(document.adoptedStyleSheets ?? [])]) considerSheet(sheet);
  for (const entry of waiting) {
    if (!applies(entry.rule)) continue;
    waiting.delete(entry);
    replace(entry.rule.style, entry.base);
  }
}
