// Two pictures in one place: a divider between them, side by side, or one after the other.
import * as gestures from './gestures.js';
import { View } from './view.js';

/** Longer than a third of a second: nothing on the page flashes more than three times a second. */
const FLICKER_MS = 700;
const STEP = 2;
const LEAP = 10;

/** A change that comes several times in a frame is drawn once. */
function oncePerFrame(act) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      act();
    });
  };
}

export class Stage {
  #view = new View();
  #at;
  #canvas;
  #sides = [undefined, undefined];
  #mode = 'slider';
  #split = 50;
  #shown = 0;
  #timer;
  #redraw = oncePerFrame(() => this.#draw());

  /** @param {(id: string) => HTMLElement} at */
  constructor(at) {
    this.#at = at;
    this.#canvas = at('canvas');
    const buttons = at('stage').querySelectorAll('[data-zoom]');
    gestures.listen(this.#canvas, buttons, () => this.#view, this.#redraw);
    new ResizeObserver(() => this.#resize()).observe(this.#canvas);
    for (const radio of at('stage').querySelectorAll('[name="mode"]')) {
      radio.addEventListener('change', () => this.setMode(radio.value));
    }
    at('play').addEventListener('click', () => this.#play(!this.#timer));
    this.#listenToHandle(at('handle'));
    document.addEventListener('keydown', (event) => {
      // Space on a button or a field is the button's and the field's own.
      const ours = [document.body, this.#canvas, at('handle')].includes(event.target);
      if (event.key !== ' ' || !ours || !this.#sides[0]) return;
      event.preventDefault();
      this.#swapByHand();
    });
  }

  /** @param {{ label: string, levels: ImageBitmap[], width: number, height: number } | undefined} left */
  show(left, right) {
    this.#sides = [left, right ?? left];
    if (left) this.#view.setPicture(left.width, left.height);
    this.#at('left-label').textContent = left?.label ?? '';
    this.#at('right-label').textContent = right?.label ?? '';
    this.#at('stage').classList.toggle('single', !right);
    this.#sayShown();
    this.#redraw();
  }

  setMode(mode) {
    this.#mode = mode;
    this.#at('stage').dataset.mode = mode;
    this.#at('stage').querySelector(`[name="mode"][value="${mode}"]`).checked = true;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#play(mode === 'flicker' && !still);
    this.#resize();
  }

  #swapByHand() {
    if (this.#mode !== 'flicker') this.setMode('flicker');
    this.#play(false);
    this.#swap();
  }

  #swap() {
    this.#shown = 1 - this.#shown;
    this.#sayShown();
    this.#redraw();
  }

  #play(on) {
    clearInterval(this.#timer);
    this.#timer = on ? setInterval(() => this.#swap(), FLICKER_MS) : undefined;
    this.#at('play').textContent = on ? 'Pause' : 'Play';
    this.#sayShown();
  }

  /** Which picture is seen. A screen reader is told when the user changes it, not at every flicker. */
  #sayShown() {
    const label = this.#sides[this.#shown]?.label ?? '';
    this.#at('stage').dataset.shown = this.#shown;
    this.#at('canvas').setAttribute('aria-label', `Pictures: ${this.#sides.map((side) => side?.label).join(' and ')}`);
    if (this.#mode === 'flicker' && !this.#timer) this.#at('shown').textContent = `Shown: ${label}`;
  }

  #resize() {
    const box = this.#canvas.getBoundingClientRect();
    const ratio = devicePixelRatio || 1;
    this.#canvas.width = Math.max(1, Math.round(box.width * ratio));
    this.#canvas.height = Math.max(1, Math.round(box.height * ratio));
    const { width, height } = this.#canvas;
    const [across, down] = this.#panes();
    this.#view.setPane(width / across, height / down);
    // At once: setting a size has emptied the canvas.
    this.#draw();
  }

  /** Side by side along the longer side of the window: one above the other on a phone. */
  #panes() {
    if (this.#mode !== 'side') return [1, 1];
    return this.#canvas.width >= this.#canvas.height ? [2, 1] : [1, 2];
  }

  #draw() {
    const context = this.#canvas.getContext('2d', { alpha: true });
    const { width, height } = this.#canvas;
    context.clearRect(0, 0, width, height);
    this.#at('zoom').textContent = `${Math.round(100 * this.#view.scale)} %`;
    if (!this.#sides[0]) return;
    const cut = Math.round((width * this.#split) / 100);
    const [across, down] = this.#panes();
    if (this.#mode === 'slider') {
      this.#pane(context, 0, [0, 0, cut, height], [0, 0]);
      this.#pane(context, 1, [cut, 0, width - cut, height], [0, 0]);
    } else if (this.#mode === 'flicker') {
      this.#pane(context, this.#shown, [0, 0, width, height], [0, 0]);
    } else {
      const [paneWidth, paneHeight] = [width / across, height / down];
      // One pixel of the ground between the two.
      const second = [paneWidth * (across - 1), paneHeight * (down - 1)];
      this.#pane(context, 0, [0, 0, paneWidth - (across - 1), paneHeight - (down - 1)], [0, 0]);
      this.#pane(context, 1, [...second, paneWidth, paneHeight], second);
    }
  }

  #pane(context, side, clip, corner) {
    context.save();
    context.beginPath();
    context.rect(...clip);
    context.clip();
    this.#view.draw(context, this.#sides[side].levels, ...corner);
    context.restore();
  }

  #setSplit(percent) {
    this.#split = Math.min(100, Math.max(0, percent));
    const handle = this.#at('handle');
    handle.style.left = `${this.#split}%`;
    handle.setAttribute('aria-valuenow', Math.round(this.#split));
    handle.setAttribute('aria-valuetext', `${Math.round(this.#split)} %`);
    this.#redraw();
  }

  #listenToHandle(handle) {
    const [less, more] = [-STEP, STEP];
    const arrows = { ArrowLeft: less, ArrowDown: less, ArrowRight: more, ArrowUp: more };
    const moves = { ...arrows, PageDown: -LEAP, PageUp: LEAP };
    handle.addEventListener('keydown', (event) => {
      const to = { Home: 0, End: 100 }[event.key] ?? this.#split + (moves[event.key] ?? NaN);
      if (Number.isNaN(to)) return;
      event.preventDefault();
      this.#setSplit(to);
    });
    handle.addEventListener('pointerdown', (event) => handle.setPointerCapture(event.pointerId));
    handle.addEventListener('pointermove', (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const box = this.#canvas.getBoundingClientRect();
      this.#setSplit((100 * (event.clientX - box.left)) / box.width);
    });
  }
}
