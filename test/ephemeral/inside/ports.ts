import { inspect } from 'node:util';
import type { EphemeralOutcome } from '../../../src/ephemeral/acquire.ts';
import { keyForJob } from '../../../src/ephemeral/engine.ts';
import type { EphemeralEvent } from '../../../src/ephemeral/events.ts';
import type { EphemeralPorts, RunKeys } from '../../../src/ephemeral/ports.ts';
import type { EphemeralSettings } from '../../../src/ephemeral/settings.ts';
import { InMemoryPorts } from '../../rotation/ports.ts';
import { fails, type Script } from '../../rotation/scripts.ts';

export const NAME = 'gha/acme/web/run/7.1/test/00000000000a';
export const PREFIX = 'gha/acme/web/run/';

export const HOUR_LATER = 3_600_000;

const PAGE = 100;

export const full: Script = fails({ kind: 'refused', status: 409, code: 'mutx-quota' });

/** MUTX in memory, each call scriptable, as a per-run key sees it. */
export class Mutx {
  readonly world: InMemoryPorts;
  readonly events: EphemeralEvent[] = [];
  readonly keys: RunKeys;
  readonly #sessionEndsAt: number | undefined;

  constructor(world: ConstructorParameters<typeof InMemoryPorts>[0] = {}) {
    this.world = new InMemoryPorts({ targets: [], ...world });
    const { keys } = this.world;
    this.#sessionEndsAt = this.world.sessionEndsAt;
    this.keys = {
      newest: () => keys.list(),
      page: async (number) => {
        const asking = keys.list();
        this.world.journal[this.world.journal.length - 1] = `→ page ${number}`;
        const reply = await asking;
        if (!reply.ok) return reply;
        const from = PAGE * number;
        const page = reply.value.slice(from, from + PAGE);
        return { ...reply, value: { keys: page, hasMore: from + PAGE < reply.value.length } };
      },
      create: (name, days) => keys.create(name, days),
      verify: (key, mayStart) => keys.verify(key, mayStart),
      revoke: (id) => keys.revoke(id),
    };
  }

  /** What was called and kept, in order. */
  get journal(): readonly string[] {
    return this.world.calls();
  }

  get ports(): EphemeralPorts {
    const keep = (what: string) => this.world.journal.push(`→ keep: ${what}`);
    return {
      keys: this.keys,
      keeper: {
        creating: async () => void keep('asked'),
        unconfirmed: () => void keep('lost'),
        created: ({ id }) => void keep(`minted ${id}`),
        cleared: () => void keep('nothing'),
      },
      handOut: async ({ id }) => void this.world.journal.push(`→ hand out ${id}`),
      clock: this.world.clock,
      random: () => 0.5,
      report: (event) => this.events.push(event),
      sessionEndsAt: this.#sessionEndsAt,
    };
  }

  async mint(
    changes: Partial<EphemeralSettings> = {},
    handOut: EphemeralPorts['handOut'] = this.ports.handOut,
  ): Promise<EphemeralOutcome> {
    const outcome = await keyForJob({ ...SETTINGS, ...changes }, { ...this.ports, handOut });
    const told = inspect(outcome.kind === 'ready' ? this.events : [this.events, outcome], { depth: null });
    if (told.includes('_text')) throw new Error('P5: the key was told');
    return outcome;
  }

  warnings(): readonly string[] {
    return this.events.flatMap((event) =>
      event.type === 'warning' ? [`${event.code}: ${event.message}`] : [],
    );
  }
}

const SETTINGS: EphemeralSettings = {
  keyName: NAME,
  unique: true,
  expiresInDays: 1,
  quotaWait: 120_000,
  verify: true,
  sweep: undefined,
};
