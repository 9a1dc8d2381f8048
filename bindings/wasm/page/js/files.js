// Pictures come in by dropping, choosing and pasting; folders with all that is in them.

const PICTURE = /^image\//;
const BY_NAME = /\.(kvt|png|jpe?g|webp|avif|gif|bmp|ico|heic|jxl)$/i;

/** @typedef {{ file: File, path: string }} Found the path starts with the folder that was given */

function isPicture({ file }) {
  return PICTURE.test(file.type) || BY_NAME.test(file.name);
}

async function* filesIn(entry, above = '') {
  const path = above + entry.name;
  if (entry.isFile) {
    yield { file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path };
    return;
  }
  const reader = entry.createReader();
  // A reader gives a hundred entries at most, until it gives none.
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!entries.length) return;
    for (const inner of entries) yield* filesIn(inner, `${path}/`);
  }
}

async function ofEntries(entries) {
  const found = [];
  for (const entry of entries) for await (const one of filesIn(entry)) found.push(one);
  return found;
}

function ofList(list) {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

/** The entries must be taken before the event is over. */
function ofTransfer(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return entries.length ? ofEntries(entries) : Promise.resolve(ofList(transfer.files));
}

function onInput(document, id, give) {
  const input = document.getElementById(id);
  for (const button of document.querySelectorAll(`[data-choose="${id}"]`)) {
    button.addEventListener('click', () => input.click());
  }
  input.addEventListener('change', () => {
    give(ofList(input.files));
    // The same file may be chosen again.
    input.value = '';
  });
}

function onDrop(target, give, fail) {
  let inside = 0;
  const mark = (change) => {
    inside = Math.max(0, inside + change);
    target.classList.toggle('dropping', inside > 0);
  };
  target.addEventListener('dragenter', () => mark(1));
  target.addEventListener('dragleave', () => mark(-1));
  target.addEventListener('dragover', (event) => event.preventDefault());
  target.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(-inside);
    // Words and links are dropped as well.
    if (event.dataTransfer.types.includes('Files')) ofTransfer(event.dataTransfer).then(give, fail);
  });
}

/**
 * @param {(pictures: Found[], others: number) => void} onFiles
 * @param {(error: Error) => void} onError
 */
export function listen(document, onFiles, onError) {
  const give = (all) => {
    // One file that was meant is tried whatever it is called: the decoder says what is wrong with it.
    const pictures = all.length === 1 ? all : all.filter(isPicture);
    const { compare } = new Intl.Collator(undefined, { numeric: true });
    onFiles(pictures.sort((a, b) => compare(a.path, b.path)), all.length - pictures.length);
  };
  onInput(document, 'files', give);
  onInput(document, 'folder', give);
  onDrop(document.body, give, onError);
  document.addEventListener('paste', ({ clipboardData }) => {
    if (clipboardData.files.length) give(ofList(clipboardData.files));
  });
}
