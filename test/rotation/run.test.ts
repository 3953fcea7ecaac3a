import { describe, expect, it } from 'vitest';
import type { Reply } from '../../src/core/call.ts';
import { eachOf, failuresOf, Run, valuesOf } from '../../src/rotation/run.ts';
import { InMemoryPorts } from './ports.ts';
import { MINUTE, SECOND, START, settings } from './records.ts';

const seen = (date: number | undefined): Reply<true> => ({ ok: true, value: true, date });

function aRun(ports = new InMemoryPorts()) {
  return { ports, run: new Run(settings(), ports) };
}

describe('working on many items', () => {
  /** Work that ends when it is told to. */
  function open() {
    const started: string[] = [];
    const ends = new Map<string, () => void>();
    const work = (item: string, index: number) =>
      new Promise<string>((resolve) => {
        started.push(item);
        ends.set(item, () => resolve(`${index}:${item}`));
      });
    const end = async (item: string) => {
      ends.get(item)?.();
      await new Promise(setImmediate);
    };
    return { started, work, end };
  }

  it('never has more in hand than allowed, takes the next when one ends, and keeps the order', async () => {
    const { started, work, end } = open();
    const all = eachOf(['a', 'b', 'c', 'd'], 2, work);
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
    await end('c');
    await end('d');
    await end('a');
    expect(await all).toEqual(['0:a', '1:b', '2:c', '3:d']);
  });

  it('starts all at once when there are fewer than allowed, and nothing for nothing', async () => {
    const { started, work, end } = open();
    const all = eachOf(['a', 'b'], 9, work);
    expect(started).toEqual(['a', 'b']);
    await end('a');
    await end('b');
    expect(await all).toHaveLength(2);
    expect(await eachOf([], 9, work)).toEqual([]);
  });

  it('finds the failures among replies in their order', async () => {
    const ok = await new InMemoryPorts().keys.list();
    const failed = (code: string) => ({
      ok: false as const,
      failure: {
        code,
        kind: 'refused',
        service: 'mutx',
        call: '',
        status: 401,
        message: '',
        retryable: false,
      } as const,
    });
    const replies = [failed('one'), ok, failed('two')];
    expect(failuresOf(replies).map(({ code }) => code)).toEqual(['one', 'two']);
    expect(valuesOf(replies)).toEqual(replies.flatMap((reply) => (reply.ok ? [reply.value] : [])));
    expect(valuesOf(replies).length).toBeLessThan(replies.length);
  });
});

describe('keys that are too many to revoke', () => {
  it('are told again when there are more of them than before', () => {
    const { run, ports } = aRun();
    run.holdBack(['a']);
    run.holdBack(['a']);
    expect(ports.warnings()).toHaveLength(1);
    run.holdBack(['a', 'b']);
    expect(ports.warnings()).toEqual(['too-many-revocations', 'too-many-revocations']);
    expect(run.keysNow().left).toEqual(['a', 'b']);
  });
});

describe('GitHub’s time', () => {
  it('is unknown until a reply has said it', () => {
    const { run } = aRun();
    expect(run.githubTime()).toBeUndefined();
    run.sawGithub(seen(undefined));
    run.sawGithub({ ok: false, failure: { code: 'x' } as never });
    expect(run.githubTime()).toBeUndefined();
  });

  it('goes on by what has certainly passed here', () => {
    const { run, ports } = aRun();
    run.sawGithub(seen(START));
    ports.clock.time += MINUTE;
    expect(run.githubTime()).toBe(START + MINUTE);
    ports.clock.time += MINUTE;
    ports.clock.behind += MINUTE;
    expect(run.githubTime()).toBe(START + MINUTE);
  });

  it('moves forward with a later reply and never back with an earlier one', () => {
    const { run, ports } = aRun();
    run.sawGithub(seen(START));
    ports.clock.time += MINUTE;
    run.sawGithub(seen(START + SECOND));
    expect(run.githubTime()).toBe(START + MINUTE);
    run.sawGithub(seen(START + 2 * MINUTE));
    expect(run.githubTime()).toBe(START + 2 * MINUTE);
  });
});

describe('patience', () => {
  it('is five minutes from the start of the call, whatever was waited for before', () => {
    const { run, ports } = aRun();
    ports.clock.time += 7 * MINUTE;
    const left = run.patience();
    expect(left()).toBe(5 * MINUTE);
    ports.clock.time += 2 * MINUTE;
    expect(left()).toBe(3 * MINUTE);
  });

  it('ends with the session', () => {
    const { run, ports } = aRun(new InMemoryPorts({ sessionEndsIn: 3 * MINUTE }));
    ports.clock.time += MINUTE;
    expect(run.sessionLeft()).toBe(2 * MINUTE);
    expect(run.patience()()).toBe(2 * MINUTE);
  });
});

describe('a step', () => {
  it('tells its start, its end, how long it took, and whether its result counts as done', async () => {
    const { run, ports } = aRun();
    const work = () => {
      ports.clock.time += 2 * SECOND;
      return Promise.resolve('half done');
    };
    expect(await run.step('store', work, (result) => result === 'done')).toBe('half done');
    expect(ports.events).toEqual([
      { type: 'step-started', step: 'store' },
      { type: 'step-ended', step: 'store', ok: false, ms: 2 * SECOND },
    ]);
  });
});
