// A service worker that answers requests of .kvt pictures with PNG files. What scripts fetch()
// stays as it is. A site imports it from a script of its own, in the folder whose pages it is for:
//
//   import './kvant/service-worker.js';

import { decodedPng } from './shown.js';

/** The browser wants to show it: fetch() of a script has no destination. */
function isPicture({ method, destination, url }) {
  return method === 'GET' && destination === 'image' && /\.kvt$/i.test(new URL(url).pathname);
}

async function answer(request) {
  // Of another origin its bytes can be read only if they are asked for so, without cookies.
  const credentials = request.mode === 'cors' ? request.credentials : 'same-origin';
  const response = await fetch(request.url, { credentials, referrer: request.referrer });
  if (!response.ok) return response;
  try {
    const parts = await decodedPng(new Uint8Array(await response.arrayBuffer()));
    return new Response(new Blob(parts), { headers: { 'content-type': 'image/png' } });
  } catch (error) {
    console.warn(`${request.url}: ${error.message}`);
    // The module cannot go on. Pages do without this worker until they register it again.
    if (error.kind === 'internal') await self.registration.unregister();
    return Response.error();
  }
}

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  if (isPicture(event.request)) event.respondWith(answer(event.request));
});
