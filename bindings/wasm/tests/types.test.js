// The types: what a strict compiler says, and that they name what there is.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as kvant from '../package/kvant.js';

const compiler = join(process.env.TOOLS ?? '/nonexistent', 'node_modules/.bin/tsc');
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

test('types are sound', { skip: existsSync(compiler) ? false : 'TOOLS has no typescript' }, () => {
  const options = [
    '--strict',
    '--noEmit',
    '--target',
    'es2022',
    '--module',
    'nodenext',
    '--lib',
    'es2022,dom,dom.iterable',
  ];
  const { status, stdout } = spawnSync(compiler, [...options, '--types', '', here('types.ts')], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
});

test('types name what the package offers', () => {
  const types = readFileSync(here('../package/kvant.d.ts'), 'utf8');
  const named = [...types.matchAll(/^export (?:function|class) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(named.sort(), Object.keys(kvant).sort());
});
