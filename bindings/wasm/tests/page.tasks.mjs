// Measures by hand how long the page's own thread is held up, step by step, while a photograph is worked on:
//   TOOLS=.../npm node page.tasks.mjs [WIDTHxHEIGHT | FILE] [EFFORT] [bytes | score]
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { launched, withBrowser } from './browser.js';
import { largePhotograph, serve, settled } from './page.support.mjs';

const [what = '4000x3000', effort = '1', by = 'bytes'] = process.argv.slice(2);

/** The step that the page says it is at, as marks in the trace. */
function markSteps() {
  const step = document.getElementById('step');
  new MutationObserver(() => performance.mark(`step:${step.textContent || 'Idle'}`)).observe(step, { childList: true });
}

/** The longest task and the time of each step: tasks of the thread that has the marks. */
function longest(events) {
  const marks = events.filter(({ name }) => name.startsWith('step:')).sort((a, b) => a.ts - b.ts);
  const { pid, tid } = marks[0];
  const tasks = events.filter((event) => event.name.endsWith('RunTask') && event.pid === pid && event.tid === tid);
  const steps = new Map();
  marks.forEach(({ name, ts }, i) => {
    const end = marks[i + 1]?.ts ?? ts;
    const inside = tasks.filter((task) => task.ts + task.dur > ts && task.ts < end);
    const key = name.slice('step:'.length);
    const { time = 0, wall = 0, cpu = 0 } = steps.get(key) ?? {};
    steps.set(key, {
      time: time + (end - ts) / 1e6,
      wall: Math.max(wall, ...inside.map(({ dur }) => dur / 1000)),
      cpu: Math.max(cpu, ...inside.map(({ tdur = 0 }) => tdur / 1000)),
    });
  });
  return steps;
}

if (withBrowser.skip) throw new Error(withBrowser.skip);
const [browser, server] = await Promise.all([launched(), serve()]);
const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
await page.goto(server.url);
const [width, height] = what.split('x').map(Number);
const folder = await mkdtemp(join(tmpdir(), 'kvant-page-'));
const file = height ? join(folder, `${what}.jpg`) : what;
if (height) await writeFile(file, await largePhotograph(page, width, height));
await page.evaluate(
  ([effort, by]) => Object.assign(document.getElementById('effort'), { value: effort }) &&
    Object.assign(document.getElementById('by'), { value: by }),
  [effort, by],
);
await page.evaluate(markSteps);

const client = await page.context().newCDPSession(page);
const events = [];
client.on('Tracing.dataCollected', ({ value }) => events.push(...value));
const categories = 'toplevel,blink.user_timing,devtools.timeline,disabled-by-default-devtools.timeline';
await client.send('Tracing.start', { categories, transferMode: 'ReportEvents' });
// A file of the disk by way of the chooser: what a script drops is made on the thread that is measured.
await page.setInputFiles('#files', file);
await settled(page, 1_200_000);
await page.waitForTimeout(200);
const complete = new Promise((resolve) => client.once('Tracing.tracingComplete', resolve));
await client.send('Tracing.end');
await complete;

console.log(`${basename(file)}, effort ${effort}, at equal ${by}`);
// On a busy machine a task lasts longer than the processor time that it takes.
for (const [step, { time, wall, cpu }] of longest(events)) {
  const column = (value, unit) => `${value.toFixed(unit === 's' ? 2 : 1).padStart(8)} ${unit}`;
  const tasks = `longest task${column(wall, 'ms')}, of the processor${column(cpu, 'ms')}`;
  console.log(`${step.padEnd(16)}${column(time, 's')}   ${tasks}`);
}

console.log(await page.locator('#results').innerText());
await browser.close();
server.close();
await rm(folder, { recursive: true });
