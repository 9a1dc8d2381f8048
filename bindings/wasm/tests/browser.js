// A server of test pages, and Chromium that shows them.

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../package/', import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const TYPES = {
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.html': 'text/html',
  '.css': 'text/css',
};

function playwright() {
  try {
    return createRequire(join(process.env.TOOLS ?? '/nonexistent', 'x.js'))('playwright-core');
  } catch {
    return undefined;
  }
}

const driver = playwright();
export const withBrowser = {
  skip: !driver ? 'TOOLS has no playwright-core' : !existsSync(CHROMIUM) && `there is no ${CHROMIUM}`,
};

/** Serves the package under /kvant/ and `files` by their paths; notes what is asked for. */
export async function site(files) {
  const asked = [];
  const server = createServer(async ({ url, headers }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    asked.push({ pathname, destination: headers['sec-fetch-dest'] });
    const inPackage = pathname.startsWith('/kvant/') && join(PACKAGE, pathname.slice('/kvant/'.length));
    const file =
      files[pathname] ?? (inPackage && existsSync(inPackage) ? readFileSync(inPackage) : undefined);
    if (file === undefined) return response.writeHead(404).end();
    const type =
      TYPES[extname(pathname)] ?? (pathname.endsWith('.kvt') ? 'image/x-kvant' : 'application/octet-stream');
    response.writeHead(200, { 'content-type': type });
    if (typeof file !== 'function') return response.end(file);
    await file(response);
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return { at: (path) => `http://localhost:${port}${path}`, asked, close: () => server.close() };
}

export function launched() {
  return driver.chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
