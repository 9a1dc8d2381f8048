// Where the pictures lie under the window: one place and one scale for both, so that they move together.

/** Above this many screen pixels for one of the picture, its pixels are shown as squares. */
const SQUARES_FROM = 2;
const LARGEST = 32;
/** A small picture is not blown up to fill the window. */
const FIT_AT_MOST = 1;

export class View {
  /** Of the picture: pixels. */
  width = 1;
  height = 1;
  /** Of a pane of the window: pixels of the screen. */
  paneWidth = 1;
  paneHeight = 1;
  /** Pixels of the screen for one of the picture. */
  scale = 1;
  /** The pixel of the picture in the middle of the pane. */
  x = 0;
  y = 0;
  /** Whether it is to stay the whole picture when the window changes. */
  fitted = true;

  get fitScale() {
    return Math.min(FIT_AT_MOST, this.paneWidth / this.width, this.paneHeight / this.height);
  }

  setPicture(width, height) {
    if (width === this.width && height === this.height) return;
    Object.assign(this, { width, height });
    this.fit();
  }

  setPane(width, height) {
    Object.assign(this, { paneWidth: Math.max(width, 1), paneHeight: Math.max(height, 1) });
    if (this.fitted) this.fit();
    else this.#hold();
  }

  fit() {
    this.scale = this.fitScale;
    this.x = this.width / 2;
    this.y = this.height / 2;
    this.fitted = true;
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
    this.#hold();
  }

  /** What is under the point, seen from the middle of the pane, stays there. */
  zoomTo(scale, dx = 0, dy = 0) {
    const next = Math.min(LARGEST, Math.max(this.fitScale, scale));
    this.x += dx / this.scale - dx / next;
    this.y += dy / this.scale - dy / next;
    this.scale = next;
    this.fitted = next === this.fitScale;
    this.#hold();
  }

  /** No edge of the picture comes further in than the edge of the pane, or the middle where it is smaller. */
  #hold() {
    const held = (at, side, pane) => {
      const half = Math.min(pane / this.scale, side) / 2;
      return Math.min(side - half, Math.max(half, at));
    };
    this.x = held(this.x, this.width, this.paneWidth);
    this.y = held(this.y, this.height, this.paneHeight);
  }

  /** Draws a picture into a pane whose corner is at `left`, `top`. */
  draw(context, levels, left, top) {
    const x = Math.round(left + this.paneWidth / 2 - this.x * this.scale);
    const y = Math.round(top + this.paneHeight / 2 - this.y * this.scale);
    // The smallest level that still has a pixel for each of the screen.
    const level = levels.findLast((bitmap) => bitmap.width >= this.width * this.scale) ?? levels[0];
    context.imageSmoothingEnabled = this.scale < SQUARES_FROM;
    context.imageSmoothingQuality = 'low';
    context.drawImage(level, x, y, Math.round(this.width * this.scale), Math.round(this.height * this.scale));
  }
}
