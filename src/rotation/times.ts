import type { Reply } from '../core/call.ts';
import { CREATION_SLACK, MARGIN } from '../core/limits.ts';
import { onlyIfNotDone, Stopwatch } from '../core/retry.ts';
import { type Duration, type Instant, instantText } from '../core/time.ts';
import type { MintedKey } from './ports.ts';
import type { Run, SeenList } from './run.ts';

/**
 * Whether MUTX's times contradict each other, so that nothing derived from them can be relied on (protocol, step 5):
 * `created_at` comes from its database, `Date` from whatever is in front of it. A server that writes local time without
 * a zone is hours off; several servers behind a balancer each have a clock. So the new key's time is held against the
 * `Date` of its own reply, and against that of the look plus what has passed here since; where MUTX sends no `Date`,
 * against GitHub's time.
 * @param createdAt of the new key
 * @param date of the reply that brought it
 * @returns undefined where nothing contradicts anything
 */
export function contradictionOf(
  run: Run,
  createdAt: Instant,
  date: Instant | undefined,
  { since, took }: MintAttempt,
): Contradiction | undefined {
  const seen = [
    date === undefined
      ? expected(run.githubTime(), MARGIN + took, 'the time of GitHub')
      : expected(date, CREATION_SLACK + took, 'the Date of its own reply'),
    ...sinceTheList(run.list, since, took),
  ];
  const wrong = seen.find(({ from, to }) => createdAt < from || createdAt > to);
  if (wrong === undefined) return undefined;
  return {
    what: `the new key was made at ${instantText(createdAt)} by its created_at, and at about ${instantText(wrong.time)} by ${wrong.of}, which is further apart than the time that the create took explains`,
    maybeOurs: wrong !== seen[0],
  };
}

export interface Contradiction {
  /** For people, with both times. */
  readonly what: string;
  /** Only the time since the look: a clock of this machine may have stood still. */
  readonly maybeOurs: boolean;
}

/** What the new key's `created_at` has to be, if a clock is right. */
interface Expected {
  /** That clock's time, for people. */
  readonly time: Instant;
  readonly of: string;
  readonly from: Instant;
  readonly to: Instant;
}

function expected(time: Instant | undefined, within: Duration, of: string): Expected {
  if (time === undefined)
    return { time: 0, of, from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  return { time, of, from: time - within, to: time + within };
}

/** The create was sent so much after the list; where our two clocks differ, it is not known by which. */
function sinceTheList(list: SeenList | undefined, since: Stopwatch, took: Duration): readonly Expected[] {
  if (list?.date === undefined) return [];
  const time = list.date + list.lead + list.since.elapsed() - since.elapsed();
  const least = list.date + list.lead + list.since.leastElapsed() - since.leastElapsed();
  const slack = CREATION_SLACK + took + list.took;
  const of = 'the Date of the list and what has passed here since';
  return [{ time, of, from: Math.min(time, least) - slack, to: Math.max(time, least) + slack }];
}

interface MintAttempt {
  readonly reply: Reply<MintedKey>;
  /** Started just before the create that gave this reply was sent; every write's deadline counts from it. */
  readonly since: Stopwatch;
  /** GitHub's time then, at the least. */
  readonly githubBefore: Instant | undefined;
  /** How long that create was under way. */
  readonly took: Duration;
}

/**
 * Protocol step 5. Tried again in place only when it is certain that no key was made; a lost reply is the
 * caller's business, who looks again before making another.
 */
export async function mint(run: Run): Promise<MintAttempt> {
  const { ports, settings } = run;
  let since = new Stopwatch(ports.clock);
  let githubBefore = run.githubTime();
  let took = 0;
  const reply = await run.call(async () => {
    since = new Stopwatch(ports.clock);
    githubBefore = run.githubTime();
    const created = await ports.keys.create(settings.keyName, settings.expiresInDays);
    took = since.elapsed();
    return created;
  }, onlyIfNotDone(run.patience()));
  if (reply.ok) {
    const { id, name, expiresAt } = reply.value;
    ports.report({ type: 'minted', id, name, expiresAt });
  }
  return { reply, since, githubBefore, took };
}
