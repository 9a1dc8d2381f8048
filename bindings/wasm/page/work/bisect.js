/**
 * The whole number from `low` to `high` whose value is nearest to `goal`, where values grow with the number.
 * @param {(n: number) => Promise<number>} valueOf asked once at most for a number
 */
export async function nearest(low, high, goal, valueOf) {
  const known = new Map();
  const value = async (n) => {
    if (!known.has(n)) known.set(n, await valueOf(n));
    return known.get(n);
  };
  const [first, last] = [low, high];
  // The smallest number that reaches the goal, or the last.
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((await value(middle)) >= goal) high = middle;
    else low = middle + 1;
  }
  const above = await value(low);
  if (low === first) return { n: low, reached: above <= goal || first === last };
  const below = await value(low - 1);
  if (goal - below < above - goal) return { n: low - 1, reached: true };
  return { n: low, reached: above >= goal };
}
