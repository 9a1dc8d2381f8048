"use strict";
// Panes whose pictures pan and zoom together. Zoom 1 is a pixel of the picture on a pixel of the
// screen; without one, pictures fit their panes.
function viewer(stage) {
  const at = { zoom: null, x: 0, y: 0, w: 1, h: 1 };
  const panes = () => [...stage.querySelectorAll(".pane")];
  const density = () => window.devicePixelRatio || 1;
  const fit = () => {
    const pane = panes()[0];
    return Math.min(pane.clientWidth / at.w, pane.clientHeight / at.h) * density() || 1;
  };
  const scale = () => (at.zoom ?? fit()) / density();
  function draw() {
    const s = scale();
    if (at.zoom === null) [at.x, at.y] = [at.w / 2, at.h / 2];
    at.x = Math.min(Math.max(at.x, 0), at.w);
    at.y = Math.min(Math.max(at.y, 0), at.h);
    for (const pane of panes()) {
      const x = Math.round(pane.clientWidth / 2 - at.x * s), y = Math.round(pane.clientHeight / 2 - at.y * s);
      const image = pane.querySelector("img");
      image.style.transform = `translate(${x}px, ${y}px) scale(${s})`;
      // Pixels left out would look like faults of a codec.
      image.style.imageRendering = s * density() < 1 ? "auto" : "pixelated";
    }
  }
  // To a zoom, keeping what is at (x, y) of a pane where it is.
  function zoom(to, pane, x, y) {
    const before = scale(), first = pane ?? panes()[0];
    const [dx, dy] = [(x ?? first.clientWidth / 2) - first.clientWidth / 2, (y ?? first.clientHeight / 2) - first.clientHeight / 2];
    at.zoom = to === null ? null : Math.min(Math.max(to, 0.05), 64);
    at.x += dx / before - dx / scale();
    at.y += dy / before - dy / scale();
    draw();
  }
  function step(by) { zoom(by > 0 ? 2 ** Math.floor(Math.log2(at.zoom ?? fit()) + 1) : 2 ** Math.ceil(Math.log2(at.zoom ?? fit()) - 1)); }
  const down = new Map();
  const span = () => { const [a, b] = [...down.values()]; return Math.hypot(a.x - b.x, a.y - b.y); };
  stage.addEventListener("pointerdown", e => {
    down.set(e.pointerId, { x: e.clientX, y: e.clientY });
    e.target.closest(".pane")?.setPointerCapture(e.pointerId);
  });
  stage.addEventListener("pointermove", e => {
    const last = down.get(e.pointerId);
    if (!last) return;
    const before = down.size === 2 ? span() : 0;
    down.set(e.pointerId, { x: e.clientX, y: e.clientY });
    if (at.zoom === null) at.zoom = fit();
    at.x -= (e.clientX - last.x) / scale() / down.size;
    at.y -= (e.clientY - last.y) / scale() / down.size;
    if (before) at.zoom = Math.min(Math.max(at.zoom * span() / before, 0.05), 64);
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, e => down.delete(e.pointerId));
  stage.addEventListener("wheel", e => {
    const pane = e.target.closest(".pane");
    if (!pane) return;
    e.preventDefault();
    const r = pane.getBoundingClientRect();
    zoom((at.zoom ?? fit()) * (e.deltaY < 0 ? 1.25 : 0.8), pane, e.clientX - r.left, e.clientY - r.top);
  }, { passive: false });
  new ResizeObserver(draw).observe(stage);
  return {
    draw, step,
    toggle: () => zoom(at.zoom === null ? 1 : null),
    size(w, h) { if (w !== at.w || h !== at.h) Object.assign(at, { w, h, zoom: null }); draw(); },
    state: () => ({ ...at, scale: scale() }),
  };
}
