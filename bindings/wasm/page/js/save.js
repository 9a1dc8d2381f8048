// What leaves the page, for the user's own disk.

export function saveFile(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser reads it after the click; a minute is more than it takes to begin.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function withExtension(path, extension) {
  return `${path.replace(/\.[^./]+$/, '')}.${extension}`;
}

/** Two pictures whose names differ by extension alone get different names. */
export function distinct(names) {
  const taken = new Set();
  return names.map((name) => {
    let free = name;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = name.replace(/(\.[^./]+)?$/, `-${n}$1`);
    taken.add(free.toLowerCase());
    return free;
  });
}

export const canSaveFolder = 'showDirectoryPicker' in globalThis;

/** @param {{ name: string, file: Blob }[]} entries names with slashes between folders */
export async function saveFolder(entries, onProgress) {
  const root = await showDirectoryPicker({ mode: 'readwrite' });
  for (const [index, { name, file }] of entries.entries()) {
    const folders = name.split('/');
    const last = folders.pop();
    let folder = root;
    for (const inner of folders) folder = await folder.getDirectoryHandle(inner, { create: true });
    const writable = await (await folder.getFileHandle(last, { create: true })).createWritable();
    await writable.write(file);
    await writable.close();
    onProgress(index + 1, entries.length);
  }
}
