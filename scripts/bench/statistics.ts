/** The middle one, or the mean of the two in the middle. @throws RangeError there is none */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [upper = Number.NaN, lower = Number.NaN] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2;
}

/** Of the straight line that is nearest to the points by least squares. @throws RangeError all have the same x */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(([at]) => at));
  const y = mean(points.map(([, value]) => value));
  const across = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  if (!(across > 0)) throw new RangeError('a slope needs two different places');
  return points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / across;
}
