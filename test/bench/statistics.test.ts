import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, slope } from '../../scripts/bench/statistics.ts';

describe('the median', () => {
  it.each([
    [[7], 7],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 1_000, 8, 11], 10],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it('has as many values above it as below, and leaves them in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const before = [...values];
        const middle = median(values);
        const above = values.filter((value) => value > middle).length;
        const below = values.filter((value) => value < middle).length;
        expect(Math.max(above, below)).toBeLessThanOrEqual(values.length / 2);
        expect(values).toEqual(before);
      }),
    );
  });

  it('of nothing is an error', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('the slope', () => {
  it('of a straight line is its own', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 2, maxLength: 9 }),
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: -1_000, max: 1_000 }),
        (places, steep, from) => {
          expect(slope(places.map((x) => [x, from + steep * x]))).toBeCloseTo(steep, 6);
        },
      ),
    );
  });

  it('is that of least squares', () => {
    // By hand: means 2 and 3, sum of products 5, sum of squares 2.
    expect(
      slope([
        [1, 1],
        [2, 2],
        [3, 6],
      ]),
    ).toBe(2.5);
  });

  it.each([
    [[]],
    [[[1, 2]]],
    [
      [
        [1, 2],
        [1, 5],
      ],
    ],
  ] as const)('of %j is an error', (points) => {
    expect(() => slope(points)).toThrow(RangeError);
  });
});
