// What of a page is looked at, and when.

import { acceptType, consider, failed, left, loaded, resized } from './images.js';
import { considerInline, considerStyles } from './styles.js';

/** The service worker answers requests of pictures, where it has the page. */
function served() {
  const script = document.querySelector('script[data-service-worker]')?.dataset.serviceWorker;
  if (!script || !navigator.serviceWorker) return false;
  const url = new URL(script, document.baseURI).href;
  navigator.serviceWorker
    .register(url, { type: 'module' })
    .catch((error) => console.warn(`${url}: ${error.message}; pictures are decoded in the page`));
  return navigator.serviceWorker.controller?.scriptURL === url;
}

/** Whether this page's pictures are decoded here. */
let bySelf;

/** Calls `look` with each element of `root`, itself included, that matches `selector`. */
function each(root, selector, look) {
  if (root.matches?.(selector)) look(root);
  root.querySelectorAll?.(selector).forEach(look);
}

function look(root) {
  each(root, 'picture > source[type]', acceptType);
  if (!bySelf) return;
  each(root, 'img', consider);
  each(root, '[style*=".kvt" i]', considerInline);
}

/** The images that a change of `element` may concern. */
function changed(element) {
  if (element.localName === 'source') acceptType(element);
  const picture = element.closest?.('picture');
  if (!bySelf) return;
  if (element.localName === 'img') consider(element);
  else picture?.querySelectorAll('img').forEach(consider);
}

let planned = false;

/** Style sheets are looked at once for many changes. */
function planStyles() {
  if (planned || !bySelf) return;
  planned = true;
  setTimeout(() => {
    planned = false;
    considerStyles();
  }, 50);
}

/** Begins, with images that the browser could not show so far. */
export function start(early) {
  bySelf = !served();
  if (bySelf) {
    const hush = (hide) => (event) => {
      if (event.target instanceof HTMLImageElement && hide(event.target)) event.stopImmediatePropagation();
    };
    document.addEventListener('error', hush(failed), true);
    document.addEventListener('load', hush(loaded), true);
    // Style sheets that come later.
    document.addEventListener('load', ({ target }) => target.localName === 'link' && planStyles(), true);
    let pause;
    window.addEventListener('resize', () => {
      clearTimeout(pause);
      pause = setTimeout(resized, 200);
    });
    early.forEach(failed);
  } else {
    early.forEach((image) => image.dispatchEvent(new Event('error')));
  }
  new MutationObserver(observe).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['src', 'srcset', 'sizes', 'media', 'type', 'class', 'style'],
  });
  look(document);
  planStyles();
}

function observe(records) {
  for (const { type, target, addedNodes, removedNodes, attributeName } of records) {
    if (type === 'childList') {
      addedNodes.forEach(look);
      if (bySelf) removedNodes.forEach((root) => each(root, 'img', left));
      if (target.localName === 'picture') changed(target);
    } else if (attributeName === 'style') {
      if (bySelf) considerInline(target);
    } else if (target.localName === 'img' || target.localName === 'source') {
      changed(target);
    }
  }
  planStyles();
}
