import { describe, expect, it } from 'vitest';
import { type AuditEvent, readAuditSnapshot } from '../../src/audit/snapshot.ts';
import { InMemoryPorts } from '../rotation/ports.ts';
import { DAY, key, MINUTE, NAME, SECOND, START } from '../rotation/records.ts';
import { breaks, pages, refuses, takes, throttles, undated } from '../rotation/scripts.ts';

class Case extends InMemoryPorts {
  readonly seen: AuditEvent[] = [];

  look() {
    return readAuditSnapshot({
      keys: this.keys,
      targets: this.targets.map((target) => ({ keyName: NAME, target })),
      clock: this.clock,
      random: this.random,
      sessionEndsAt: undefined,
      tokenExpiresAt: () => START + DAY,
      report: (event) => this.seen.push(event),
    });
  }

  notes(): readonly string[] {
    return this.seen.flatMap((event) => (event.type === 'note' ? [event.note] : []));
  }
}

describe('the look of an audit', () => {
  it('reads the keys and the plan, then the dates of the secrets, and nothing else', async () => {
    const keys = [key('a')];
    const world = new Case({
      keys,
      plan: 'FREE',
      targets: [{ label: 'acme/web', holds: 'a' }, { label: 'acme/api' }],
    });
    expect(await world.look()).toEqual({
      ok: true,
      look: {
        date: START,
        keys,
        plan: 'FREE',
        places: 2,
        secrets: [
          {
            place: { target: 'acme/web', secret: 'MUTX_API_KEY' },
            keyName: NAME,
            updatedAt: START - DAY + SECOND,
            shared: false,
          },
          {
            place: { target: 'acme/api', secret: 'MUTX_API_KEY' },
            keyName: NAME,
            updatedAt: undefined,
            shared: false,
          },
        ],
        clocksApart: false,
        tokenExpiresAt: START + DAY,
      },
    });
    expect(world.calls()).toEqual(['list', 'account', 'metadata acme/web', 'metadata acme/api']);
    expect(world.notes()).toEqual([]);
  });

  it('without targets has nothing to compare clocks with', async () => {
    const world = new Case({ targets: [] });
    expect(await world.look()).toMatchObject({ ok: true, look: { clocksApart: false, secrets: [] } });
    expect(world.seen.map(({ type }) => type)).toEqual(['listed']);
  });

  it('notes clocks that are apart, and a server that sends no date', async () => {
    const apart = new Case({ githubAhead: MINUTE });
    expect(await apart.look()).toMatchObject({ look: { clocksApart: true } });
    expect(apart.notes()).toEqual(['clocks-apart']);
    const without = new Case().on('list', undated);
    expect(await without.look()).toMatchObject({ look: { clocksApart: true, date: START } });
    expect(without.notes()).toEqual(['no-date']);
  });

  it('reads every key, and notes that older ones were not read', async () => {
    const world = new Case();
    const asked: unknown[] = [];
    const list = world.keys.list.bind(world.keys);
    world.keys.list = (all) => {
      asked.push(all);
      return list(all);
    };
    world.on('list', pages(5 * MINUTE, { since: START - DAY }));
    expect(await world.look()).toMatchObject({ ok: true, look: { date: START, clocksApart: false } });
    expect(asked).toEqual([true]);
    expect(world.notes()).toEqual(['older-unread']);
  });

  it('compares the clocks by the last page of the keys', async () => {
    const clocksOf = async (reading: Parameters<typeof pages>[1]) =>
      new Case({ targets: [{ label: 'acme/web' }] }).on('list', pages(5 * MINUTE, reading)).look();
    expect(await clocksOf({})).toMatchObject({ look: { clocksApart: false } });
    expect(await clocksOf({ lastDate: START })).toMatchObject({ look: { clocksApart: true } });
    expect(await clocksOf({ lastDate: undefined })).toMatchObject({ look: { clocksApart: true } });
    expect(await clocksOf({ lastAsked: 31 * SECOND })).toMatchObject({ look: { clocksApart: true } });
  });

  it('goes on without the plan', async () => {
    const world = new Case().on('account', refuses(403));
    expect(await world.look()).toMatchObject({ ok: true, look: { plan: undefined, places: undefined } });
    expect(world.notes()).toEqual(['account-unreadable']);
  });

  it('fails without the keys, and without the date of any secret', async () => {
    expect(await new Case().on('list', refuses(403)).look()).toMatchObject({ failures: [{ status: 403 }] });
    const world = new Case({ targets: [{ label: 'acme/web' }, { label: 'acme/api' }] }).on(
      'metadata',
      refuses(404),
    );
    expect(await world.look()).toMatchObject({ ok: false, failures: [{ status: 404 }] });
  });

  it('does not take time that passes for clocks that are apart', async () => {
    const slowPlan = new Case().on('account', throttles(2 * MINUTE));
    expect(await slowPlan.look()).toMatchObject({ ok: true, look: { clocksApart: false } });
    const slowSecret = new Case({ targets: [{ label: 'acme/web' }, { label: 'acme/api' }] }).on(
      'metadata acme/api',
      throttles(2 * MINUTE),
    );
    expect(await slowSecret.look()).toMatchObject({ ok: true, look: { clocksApart: false } });
    expect([...slowPlan.notes(), ...slowSecret.notes()]).toEqual([]);
  });

  it('does not let time that passes hide clocks that are apart', async () => {
    const behind = new Case({ githubAhead: -2 * MINUTE }).on('metadata', throttles(2 * MINUTE));
    expect(await behind.look()).toMatchObject({ look: { clocksApart: true } });
    // The list's date is from the end of its call, or from the beginning: nobody can tell.
    const late = new Case({ githubAhead: MINUTE }).on('list', takes(MINUTE));
    expect(await late.look()).toMatchObject({ look: { clocksApart: true } });
    const early = new Case({ githubAhead: -MINUTE }).on('list', ({ apply, ports }) => {
      const reply = apply();
      ports.clock.time += MINUTE;
      return reply;
    });
    expect(await early.look()).toMatchObject({ look: { clocksApart: true } });
    const undatedSecret = new Case().on('metadata', undated);
    expect(await undatedSecret.look()).toMatchObject({ look: { clocksApart: true } });
  });

  it('tries again, and compares the clocks by the list that came', async () => {
    const world = new Case().on('list', throttles(2 * MINUTE)).on('metadata', breaks);
    expect(await world.look()).toMatchObject({ ok: true, look: { clocksApart: false } });
    expect(world.seen.filter(({ type }) => type === 'retrying')).toHaveLength(2);
  });
});
