/** Known values stand this far apart where nothing better is known yet. */
const FIRST_SLOPE = 1;

/** Where the goal lies by what is known on both sides of it, or on one. */
function estimate(below, above, goal, slope) {
  if (below.value === undefined) return above.n - (above.value - goal) / slope;
  if (above.value === undefined) return below.n + (goal - below.value) / slope;
  return below.n + ((above.n - below.n) * (goal - below.value)) / (above.value - below.value);
}

/**
 * The whole number from `first` to `last` whose value is nearest to `goal`, where values grow with the number. It is
 * found by interpolation, and by halves where that comes no nearer: a value takes seconds.
 * @param {(n: number) => Promise<number>} valueOf asked once at most for a number
 * @param {{ guess: number, slope?: number }} start where to begin, and how much values grow from number to number
 * @returns {Promise<{ n: number, reached: boolean }>} whether the goal lies among the values
 */
export async function nearest(first, last, goal, valueOf, { guess, slope = FIRST_SLOPE }) {
  let below = { n: first - 1 };
  let above = { n: last + 1 };
  for (let tries = 1, n = guess; above.n - below.n > 1; tries++) {
    const value = await valueOf(n);
    if (value >= goal) above = { n, value };
    else below = { n, value };
    const halves = tries % 3 === 0;
    const next = halves ? (below.n + above.n) / 2 : estimate(below, above, goal, slope);
    n = Math.min(above.n - 1, Math.max(below.n + 1, Math.round(next)));
  }
  if (below.value === undefined) return { n: above.n, reached: above.value === goal };
  if (above.value === undefined) return { n: below.n, reached: false };
  return { n: goal - below.value < above.value - goal ? below.n : above.n, reached: true };
}
