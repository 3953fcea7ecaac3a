import type { CallFailure, Reply } from '../core/call.ts';
import type { Clock, Duration } from '../core/time.ts';
import type { MayStart, SecretTarget } from '../rotation/ports.ts';

/**
 * GitHub's secondary limits on requests that create content are about 80 a minute and 500 an hour.
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits
 * With this spacing and burst no minute sees more than 76 starts, which leaves room for some that arrive
 * closer together than they left.
 */
const SPACING: Duration = 850;
const BURST = 5;
const PER_HOUR = 500;
const HOUR: Duration = 60 * 60 * 1_000;

/** How often a waiting write looks whether its time is over. */
const LONGEST_NAP: Duration = 5_000;

/** When the next content-creating request may start. Times are of a monotonic clock; no clock of its own. */
export class Pace {
  /** When the next start would be due if all came evenly spaced (the "generic cell rate algorithm"). */
  #due = Number.NEGATIVE_INFINITY;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** Starts that created content or may have, within the last hour, oldest first. */
  #counted: number[] = [];

  /** How long to wait from `now`; 0: start, and say so with {@link start}. */
  wait(now: number): Duration {
    this.#counted = this.#counted.filter((at) => now - at < HOUR);
    const full = this.#counted.length < PER_HOUR ? undefined : this.#counted[this.#counted.length - PER_HOUR];
    const hourly = full === undefined ? now : full + HOUR;
    return Math.max(0, this.#due - (BURST - 1) * SPACING - now, hourly - now, this.#pausedUntil - now);
  }

  /** How long until the hour's limit has room for so many starts more, where it has so many at all. */
  waitForRoom(starts: number, now: number): Duration {
    this.#counted = this.#counted.filter((at) => now - at < HOUR);
    const over = this.#counted.length + Math.min(starts, PER_HOUR) - PER_HOUR;
    const freed = over <= 0 ? undefined : this.#counted[over - 1];
    return freed === undefined ? 0 : freed + HOUR - now;
  }

  start(now: number): void {
    this.#due = Math.max(this.#due, now) + SPACING;
    this.#counted.push(now);
  }

  /** GitHub answered the start at `at` with an error: it does not count as content. */
  release(at: number): void {
    const index = this.#counted.indexOf(at);
    if (index >= 0) this.#counted.splice(index, 1);
  }

  /** GitHub asked for a rest, which holds for all. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }
}

/**
 * The same targets, whose writes keep GitHub's pace together, first come, first served. A write waits before
 * its `mayStart` is asked for the bytes, and gives up as soon as `mayStart` says no. One target alone never
 * waits.
 */
export function paced(
  targets: readonly SecretTarget[],
  clock: Clock,
  pace = new Pace(),
): readonly SecretTarget[] {
  let last: Promise<unknown> = Promise.resolve();
  const takeTurn = (mayStart: MayStart) => {
    const turn = last.then(() => admit(pace, clock, mayStart));
    last = turn;
    return turn;
  };
  return targets.map((target) => ({
    label: target.label,
    secretName: target.secretName,
    shared: target.shared,
    get puts() {
      return target.puts ?? 1;
    },
    get contradiction() {
      return target.contradiction;
    },
    prepare: () => target.prepare(),
    metadata: () => target.metadata(),
    listed: () => target.listed(),
    write: async (value, mayStart) => {
      let turns = target.puts ?? 1;
      let start = await takeTurn(mayStart);
      for (let more = turns - 1; more > 0 && start !== undefined; more--) start = await takeTurn(mayStart);
      if (start === undefined) return tooLate(target);
      let latest = start;
      const reply = await target.write(value, (ahead) => {
        if (ahead !== undefined) return mayStart(ahead);
        if (!mayStart()) return false;
        turns -= 1;
        if (turns < 0) {
          // GitHub refused the last one for its stale public key. The writes to come wait for this one, too.
          pace.release(latest);
          latest = clock.monotonic();
          pace.start(latest);
        }
        return true;
      });
      if (!reply.ok) learn(pace, clock, latest, reply.failure);
      return reply;
    },
  }));
}

/** @returns when the write starts; undefined: its time was over before its turn came */
async function admit(pace: Pace, clock: Clock, mayStart: MayStart): Promise<number | undefined> {
  for (;;) {
    const now = clock.monotonic();
    const wait = pace.wait(now);
    if (wait === 0) {
      pace.start(now);
      return now;
    }
    if (!mayStart(wait)) return undefined;
    await clock.sleep(Math.min(wait, LONGEST_NAP));
  }
}

function learn(pace: Pace, clock: Clock, start: number, { kind, status, retryAfter }: CallFailure): void {
  // An error reply created nothing; silence may have.
  if (kind !== 'unclear' || status !== undefined) pace.release(start);
  if (retryAfter !== undefined) pace.pause(clock.monotonic() + retryAfter);
}

function tooLate(target: SecretTarget): Reply<never> {
  return {
    ok: false,
    failure: {
      kind: 'not-sent',
      service: 'github',
      call: `writing ${target.secretName} to ${target.label}`,
      target: target.label,
      status: undefined,
      code: 'github-write-deadline',
      message: `the time for writing to ${target.label} was over before GitHub's pace allowed it`,
      hint: 'Fewer targets at once: an organisation secret, or several runs, an hour apart or each with a token of its own.',
      retryable: false,
    },
  };
}

/** How long `count` writes take at GitHub's pace at least, from the first one's start to the last one's. */
export function estimateWriteTime(count: number): Duration {
  const full = Math.max(0, Math.ceil(count / PER_HOUR) - 1);
  const rest = count - full * PER_HOUR;
  return full * HOUR + Math.max(0, rest - BURST) * SPACING;
}

/** How many writes can start within `time` at GitHub's pace. */
export function writesWithin(time: Duration): number {
  const hours = Math.floor(time / HOUR);
  return hours * PER_HOUR + Math.min(PER_HOUR, BURST + Math.floor((time - hours * HOUR) / SPACING));
}
