// Makes a page show .kvt pictures: in <img> and <picture>, and in style sheets.
//
//   <script src="kvant/polyfill.js"></script>
//
// With data-service-worker="/kvant-worker.js", a script of the site that imports service-worker.js,
// later visits have their pictures from that. As a module it works too, so nothing here is what
// only modules or only scripts can have.

{
  /** Images that the browser could not show before the rest of this was there. */
  const early = new Set();

  // Nothing is loaded before: authors would hear of errors meanwhile.
  function hush(event) {
    const { target } = event;
    if (!(target instanceof HTMLImageElement) || !/\.kvt\b/i.test(target.currentSrc)) return;
    event.stopImmediatePropagation();
    early.add(target);
  }

  document.addEventListener('error', hush, true);
  import('./polyfill/page.js')
    .catch((error) => {
      // Then nothing shows them, and their authors hear of it.
      console.warn(`kvant: ${error.message}`);
      return { start: (images) => images.forEach((image) => image.dispatchEvent(new Event('error'))) };
    })
    .then(({ start }) => {
      document.removeEventListener('error', hush, true);
      start(early);
    });
}
