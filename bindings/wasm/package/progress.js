// How far the encoder is: the module imports `progress`, the worker listens.

/** Milliseconds between two reports. */
const PAUSE = 50;

let listener;
let last = 0;

export function listen(to) {
  listener = to;
  last = 0;
}

export function progress(done, total) {
  const now = performance.now();
  if (listener && (done === total || now - last >= PAUSE)) {
    last = now;
    listener(done, total);
  }
}
