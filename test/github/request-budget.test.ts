import { describe, expect, it } from 'vitest';
import { RequestBudget } from '../../src/github/request-budget.ts';
import { VirtualClock } from './virtual-clock.ts';

const many = (count: number, method: string) => Array.from({ length: count }, () => method);

/** When each of these requests may be made, all asked for at once. */
async function starts(clock: VirtualClock, methods: readonly string[]): Promise<number[]> {
  const budget = new RequestBudget(clock);
  const times: number[] = [];
  const take = async (method: string) => {
    await budget.take(method);
    times.push(clock.monotonic());
  };
  await clock.until(Promise.all(methods.map(take)));
  return times;
}

function mostPoints(times: readonly number[], methods: readonly string[], window: number): number {
  const points = methods.map((method) => (method === 'GET' ? 1 : 5));
  return Math.max(
    ...times.map((start) =>
      points.reduce((sum, point, i) => {
        const at = times[i] ?? 0;
        return at >= start && at < start + window ? sum + point : sum;
      }, 0),
    ),
  );
}

describe("GitHub's 900 points a minute", () => {
  it('hold up nothing in a run with a few targets', async () => {
    const clock = new VirtualClock();
    const methods = [...many(100, 'GET'), ...many(40, 'PUT')];
    expect(new Set(await starts(clock, methods))).toEqual(new Set([0]));
  });

  it.each([['GET'], ['PUT']])('are never passed by a thousand %s', async (method) => {
    const clock = new VirtualClock();
    const methods = many(1_000, method);
    const times = await starts(clock, methods);
    expect(mostPoints(times, methods, 60_000)).toBeLessThanOrEqual(900);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('come back with time', async () => {
    const clock = new VirtualClock();
    const budget = new RequestBudget(clock);
    for (let request = 0; request < 300; request++) await budget.take('GET');
    clock.time += 60_000;
    for (let request = 0; request < 300; request++) await budget.take('GET');
    expect(clock.time).toBe(60_000);
  });
});
