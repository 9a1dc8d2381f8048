// Fingers, mouse, wheel and keys move the view.

const KEY_STEP = 64;
const KEY_ZOOM = Math.SQRT2;

/** Pixels of the screen for one of CSS. */
const ratio = () => globalThis.devicePixelRatio || 1;

function pointers(canvas, view, changed) {
  const down = new Map();
  const middle = () => {
    const all = [...down.values()];
    const mean = (key) => all.reduce((sum, point) => sum + point[key], 0) / all.length;
    const spread = all.length < 2 ? 0 : Math.hypot(all[0].x - all[1].x, all[0].y - all[1].y);
    return { x: mean('x'), y: mean('y'), spread };
  };
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!down.has(event.pointerId)) return;
    const before = middle();
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const after = middle();
    view().pan((after.x - before.x) * ratio(), (after.y - before.y) * ratio());
    if (before.spread) zoomAt(canvas, view(), view().scale * (after.spread / before.spread), after.x, after.y);
    changed();
  });
  const up = (event) => down.delete(event.pointerId);
  canvas.addEventListener('pointerup', up);
  canvas.addEventListener('pointercancel', up);
}

/** Zooms about a point of the window, in the pane that it is in. */
function zoomAt(canvas, view, scale, clientX, clientY) {
  const box = canvas.getBoundingClientRect();
  const inPane = (at, pane) => ((at * ratio()) % pane) - pane / 2;
  view.zoomTo(scale, inPane(clientX - box.left, view.paneWidth), inPane(clientY - box.top, view.paneHeight));
}

function wheel(canvas, view, changed) {
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      // Lines and pages, where the browser counts in them, as pixels.
      const pixels = event.deltaY * [1, 16, 400][event.deltaMode];
      zoomAt(canvas, view(), view().scale * Math.exp(-pixels / 400), event.clientX, event.clientY);
      changed();
    },
    { passive: false },
  );
  canvas.addEventListener('dblclick', (event) => {
    if (view().fitted && view().scale < 1) zoomAt(canvas, view(), 1, event.clientX, event.clientY);
    else view().fit();
    changed();
  });
}

const KEYS = {
  ArrowLeft: (view) => view.pan(KEY_STEP * ratio(), 0),
  ArrowRight: (view) => view.pan(-KEY_STEP * ratio(), 0),
  ArrowUp: (view) => view.pan(0, KEY_STEP * ratio()),
  ArrowDown: (view) => view.pan(0, -KEY_STEP * ratio()),
  '+': (view) => view.zoomTo(view.scale * KEY_ZOOM),
  '=': (view) => view.zoomTo(view.scale * KEY_ZOOM),
  '-': (view) => view.zoomTo(view.scale / KEY_ZOOM),
  1: (view) => view.zoomTo(1),
  0: (view) => view.fit(),
};

function keys(canvas, view, changed) {
  canvas.addEventListener('keydown', (event) => {
    const act = !event.ctrlKey && !event.metaKey && !event.altKey && KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act(view());
    changed();
  });
}

/** Makes the buttons and the canvas move the view. */
export function listen(canvas, buttons, view, changed) {
  pointers(canvas, view, changed);
  wheel(canvas, view, changed);
  keys(canvas, view, changed);
  for (const button of buttons) {
    button.addEventListener('click', () => {
      KEYS[button.dataset.zoom](view());
      changed();
    });
  }
}
