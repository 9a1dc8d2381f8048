// Elements <img> and <picture>: what the browser picks of them is shown by way of `srcset`, so that
// `src` stays what the author wrote. It picks as ever: among candidates, by media and sizes, and
// when it is time for a lazy image.

import { isOurs, pictureAt } from './pictures.js';
import { candidates } from './srcset.js';

const TYPE = 'image/x-kvant';

/** What is done for each image. */
const states = new WeakMap();
/** Sources that are not the author's. */
const ours = new WeakSet();
/** Candidates of sources that have our type, whatever their names. */
const typed = new Set();

const absolute = (url) => new URL(url, document.baseURI).href;
const wanted = (url) => Boolean(url) && (typed.has(url) || isOurs(url));

/** Makes the browser take sources of our type, which it does not know, into account. */
export function acceptType(source) {
  if (source.type.toLowerCase() !== TYPE) return;
  for (const { url } of candidates(source.srcset)) typed.add(absolute(url));
  source.removeAttribute('type');
}

/** Looks at an image that is new or has changed. */
export function consider(image) {
  const state = states.get(image);
  if (state?.shows(image)) return;
  if (state) forget(image);
  // When it is time for a lazy one, the browser tries it, fails, and says so.
  if (image.loading === 'lazy') return;
  // What it picks is known when scripts have run.
  setTimeout(() => wanted(image.currentSrc) && !states.has(image) && take(image));
}

/** The browser could not show an image. Returns whether that is not to be told. */
export function failed(image) {
  let state = states.get(image);
  if (!state && wanted(image.currentSrc)) {
    take(image);
    state = states.get(image);
  }
  const hush = state?.phase === 'loading' || state?.phase === 'preview';
  if (!hush) return false;
  state.hushed = true;
  state.previewDone();
  return true;
}

/** The browser shows an image. Returns whether that is not to be told. */
export function loaded(image) {
  const state = states.get(image);
  if (state?.phase === 'preview') {
    state.previewDone();
    return true;
  }
  if (state?.phase === 'final') state.phase = 'done';
  return false;
}

/** Sources of the <picture> that an image is in, which its author wrote. */
function sourcesOf(image) {
  const picture = image.parentElement?.localName === 'picture' ? [...image.parentElement.children] : [];
  return picture
    .slice(0, picture.indexOf(image))
    .filter((one) => one.localName === 'source' && !ours.has(one));
}

const matches = ({ media }) => !media || matchMedia(media).matches;

/** The window has another size: images whose `media` pick another source begin anew. */
export function resized() {
  for (const image of document.images) {
    const state = states.get(image);
    const now = [...sourcesOf(image).filter((source) => source.srcset), image].find(matches);
    if (!state || now === state.element) continue;
    forget(image);
    consider(image);
  }
}

/** What the browser picked: the element that lists it, and how large its pixels are. */
function picked(image) {
  const url = image.currentSrc;
  for (const element of [...sourcesOf(image), image]) {
    const found = candidates(element.srcset).find((candidate) => absolute(candidate.url) === url);
    if (found && matches(element)) return { element, descriptor: found.descriptor };
  }
  return { element: image, descriptor: '' };
}

/** Shows what the browser picked and cannot show. */
async function take(image) {
  const url = image.currentSrc;
  const { element, descriptor } = picked(image);
  const state = new State(image, element, descriptor);
  states.set(image, state);
  const request = {
    credentials: image.crossOrigin === 'use-credentials' ? 'include' : 'same-origin',
    priority: image.fetchPriority || 'auto',
    ...(image.referrerPolicy ? { referrerPolicy: image.referrerPolicy } : {}),
  };
  const current = () => states.get(image) === state;
  try {
    const preview = (small) => current() && state.phase === 'loading' && state.show('preview', small);
    state.picture = pictureAt(url, request, preview);
    const shown = await state.picture.url;
    // Its load would be taken for that of the picture.
    if (state.phase === 'preview') await state.previewed;
    if (current()) state.show('final', shown);
  } catch (error) {
    console.warn(`${url}: ${error.message}`);
    if (!current()) return;
    state.restore();
    state.phase = 'failed';
    // Where the browser is not done with its own attempt it will say so.
    if (state.hushed) image.dispatchEvent(new Event('error'));
  }
}

function forget(image) {
  const state = states.get(image);
  states.delete(image);
  state.restore();
  state.picture.leave();
}

/** Milliseconds that an image may be away from the document and come back. */
const AWAY = 2000;

/** An image has left the document. What it shows stays, but for what it takes to show it anew. */
export function left(image) {
  setTimeout(() => {
    const state = states.get(image);
    if (!state || image.isConnected) return;
    state.picture.leave();
    state.away = true;
  }, AWAY);
}

class State {
  phase = 'loading';
  picture;
  /** It left the document, and with it what it was shown with. */
  away = false;
  /** An error of the browser was kept from the author, who is to hear of it if nothing comes. */
  hushed = false;
  /** A source of ours before all others, in a <picture>. */
  source;
  /** Outside of one, `srcset` is ours, and was this before. */
  own = false;
  before = null;
  srcset;
  /** The browser is done with the preview. */
  previewed = new Promise((resolve) => (this.previewDone = resolve));

  constructor(image, element, descriptor) {
    this.image = image;
    this.element = element;
    this.descriptor = descriptor;
    this.asWritten = written(image);
  }

  /** Whether the image is still what its author wrote when this state began. */
  shows(image) {
    return !this.away && written(image, this) === this.asWritten;
  }

  show(phase, url) {
    const { image, element } = this;
    this.phase = phase;
    this.srcset = `${url} ${this.descriptor}`.trim();
    const picture = image.parentElement?.localName === 'picture' && image.parentElement;
    if (!picture) {
      if (!this.own) this.before = image.getAttribute('srcset');
      this.own = true;
      image.srcset = this.srcset;
      return;
    }
    const source = document.createElement('source');
    for (const name of ['sizes', 'width', 'height']) {
      const value = element.getAttribute(name);
      if (value !== null) source.setAttribute(name, value);
    }
    source.srcset = this.srcset;
    ours.add(source);
    if (this.source) this.source.replaceWith(source);
    else picture.prepend(source);
    this.source = source;
  }

  /** Makes the image what its author wrote. */
  restore() {
    this.source?.remove();
    if (!this.own || this.image.getAttribute('srcset') !== this.srcset) return;
    if (this.before === null) this.image.removeAttribute('srcset');
    else this.image.srcset = this.before;
  }
}

/** What decides which picture an image shows, but for what `state` put there. */
function written(image, state) {
  const own = image.getAttribute('srcset');
  const srcset = state?.own && own === state.srcset ? state.before : own;
  const listed = sourcesOf(image).map(({ srcset, media, sizes }) => [srcset, media, sizes]);
  return JSON.stringify([image.getAttribute('src'), srcset, image.sizes, listed]);
}
