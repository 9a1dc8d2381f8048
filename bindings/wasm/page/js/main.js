// Puts the parts of the page together.
import { Batch } from './batch.js';
import { Comparison } from './comparison.js';
import { Engine, isAbort } from './engine.js';
import * as files from './files.js';
import { Results } from './results.js';
import { canSaveFolder, saveFile, saveFolder, withExtension } from './save.js';
import { Settings } from './settings.js';
import { Stage } from './stage.js';

/** A slider moved by keys changes many times before it rests. */
const REST_MS = 350;

const at = (id) => document.getElementById(id);
const engine = new Engine();
const stage = new Stage(at);
const results = new Results(at, showSides);
const settings = new Settings(at('settings'), restart);
const comparison = new Comparison(engine, { changed, progress, failed: fail });
const batch = new Batch(engine, at, settings, { open: ({ file, path }) => open(file, path), save: saveFile });

let resting;
/** Stands for the file that is opening, while one is. */
let opening;

function say(text) {
  at('status').textContent = text;
}

/** What went wrong, in the words of what failed; the page goes on. */
function fail(what, error) {
  if (isAbort(error)) return;
  const line = at('error').content.firstElementChild.cloneNode(true);
  line.querySelector('p').textContent = what ? `${what}: ${error.message}` : error.message;
  line.querySelector('button').addEventListener('click', () => line.remove());
  at('errors').append(line);
}

function progress(text, done, total) {
  at('results').setAttribute('aria-busy', Boolean(text));
  at('working').hidden = !text;
  at('step').textContent = text ?? '';
  // No value: a step of unknown length.
  if (total) Object.assign(at('progress'), { value: done, max: total });
  else at('progress').removeAttribute('value');
}

function showSides() {
  const { width, height } = comparison.picture;
  stage.show(...results.sides(comparison.versions).map((side) => side && { ...side, width, height }));
}

function changed() {
  const { versions, picture } = comparison;
  if (versions.size) {
    results.show(versions, picture);
    showSides();
  }
  at('save-kvt').disabled = !versions.has('kvant');
  at('save-png').disabled = !streamOf(versions, picture);
}

function describe({ path, width, height, channels, info }) {
  const stream = info && `.kvt, ${info.depth} bits${info.lossless ? ', lossless' : ''}`;
  const kind = stream ?? { 1: 'gray', 3: 'RGB', 4: 'RGBA' }[channels];
  at('left-out').hidden = channels < 4;
  at('picture').textContent = `${path} · ${width} × ${height} · ${kind}`;
}

async function open(file, path) {
  at('panel').hidden = false;
  const busy = at('results').getAttribute('aria-busy') === 'true';
  const mine = (opening = {});
  clearTimeout(resting);
  const opened = await comparison.open(file, path);
  // Another file was asked for meanwhile.
  if (opening !== mine) return;
  opening = undefined;
  const { picture } = comparison;
  at('empty').hidden = Boolean(picture);
  for (const id of ['stage', 'panel']) at(id).hidden = !picture;
  // A file that is none does not end the work on the picture before it.
  if (!opened) return busy && encode();
  describe(picture);
  say(`${path} is open, ${picture.width} by ${picture.height} pixels`);
  // A stream is looked at first: it is encoded anew only when somebody asks for it.
  if (!picture.info) encode();
}

async function encode() {
  // What is opening is encoded later, with the settings of then.
  if (opening) return;
  if (!comparison.picture || !settings.valid()) return progress();
  await comparison.encode(settings.options, settings.rivals);
  const kvant = comparison.versions.get('kvant');
  if (kvant && !kvant.stale) say(`Encoded: ${kvant.label}, SSIMULACRA2 ${kvant.score?.toFixed(1) ?? 'not measured'}`);
}

function restart() {
  at('results').setAttribute('aria-busy', true);
  clearTimeout(resting);
  resting = setTimeout(encode, REST_MS);
}

function take(pictures, others) {
  at('errors').replaceChildren();
  if (others) say(`${others} other ${others === 1 ? 'file was' : 'files were'} left out`);
  if (!pictures.length) return fail('', new Error('there is no picture among these files'));
  if (pictures.length > 1) batch.add(pictures);
  open(pictures[0].file, pictures[0].path);
}

/** The stream that is shown: the one encoded here, or the one that was opened. */
function streamOf(versions, picture) {
  return versions.get('kvant')?.file ?? (picture?.info && picture.file);
}

function savedName(extension) {
  return withExtension(comparison.picture.path.split('/').pop(), extension);
}

async function savePng() {
  const { versions, picture } = comparison;
  try {
    saveFile(await engine.run('png', { file: streamOf(versions, picture) }), savedName('png'));
  } catch (error) {
    fail(picture.path, error);
  }
}

async function saveZip() {
  try {
    saveFile(await engine.run('zip', { entries: batch.results }), 'kvant.zip');
  } catch (error) {
    fail('kvant.zip', error);
  }
}

function saveAll() {
  saveFolder(batch.results, (done, total) => say(`${done} of ${total} saved`)).catch((error) => fail('', error));
}

at('cancel').addEventListener('click', () => {
  comparison.cancel();
  // The button is gone, and the focus would be with it.
  at('again').focus();
});
at('again').addEventListener('click', encode);
at('save-kvt').addEventListener('click', () => saveFile(comparison.versions.get('kvant').file, savedName('kvt')));
at('save-png').addEventListener('click', savePng);
at('save-zip').addEventListener('click', saveZip);
at('save-folder').addEventListener('click', saveAll);
at('save-folder').hidden = !canSaveFolder;
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  comparison.cancel();
  batch.cancel();
});
files.listen(document, take, (error) => fail('', error));
engine.run('codecs').then((names) => settings.offer(names), (error) => fail('', error));
