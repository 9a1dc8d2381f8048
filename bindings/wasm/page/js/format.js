// Figures as they are read.

export function bytes(count) {
  if (count < 1000) return `${count} B`;
  const [unit, size] = count < 1e6 ? ['kB', count / 1e3] : ['MB', count / 1e6];
  return `${size < 10 ? size.toFixed(2) : size < 100 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

export function bitsPerPixel(count, { width, height }) {
  return ((8 * count) / (width * height)).toFixed(3);
}

export function score(value) {
  return value === undefined ? '–' : value.toFixed(1);
}

export function percent(part, whole) {
  const value = (100 * part) / whole;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

export function seconds(value) {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
}
