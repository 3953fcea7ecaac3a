import { MARGIN } from '../../../core/limits.ts';
import type { Duration, Instant } from '../../../core/time.ts';
import { durationText } from '../../../messages/words.ts';
import { type Check, fine, warning } from './check.ts';

/** A service's own time, from the `Date` of a reply, and this machine's when that came. */
export interface TimeSeen {
  readonly service: Instant;
  readonly machine: Instant;
}

/** `Date` headers are in whole seconds: on average half of one is cut off. */
const CUT: Duration = 500;

const MACHINE_FIX =
  'set the clock of this machine (NTP); where MUTX cannot be asked for its time, a credential is judged by it';
const EMULATED_FIX =
  'nothing, if the clocks of `mutx-api-key emulate` were advanced; otherwise set the clock of this machine (NTP)';
const APART_FIX =
  'tell whoever runs the one that is wrong; until then no key goes by its times on both: what a grace period kept stays, and so do lost keys where places are short';

/**
 * How far the clocks are from each other. What is decided from both services' times needs them to agree (protocol,
 * rule W); this machine's decides nothing but whether a credential has expired.
 * @param isEmulated both services are on this machine, so that their clocks may have been moved on purpose
 */
export function clockChecks(
  mutx: TimeSeen | undefined,
  github: TimeSeen | undefined,
  isEmulated = false,
): readonly Check[] {
  const seen = [mutx, github].flatMap((one) => (one === undefined ? [] : [offset(one)]));
  const [first, second = first] = seen;
  if (first === undefined || second === undefined) return [];
  const apart = first - second;
  if (Math.abs(apart) > MARGIN / 2) {
    const ahead = apart > 0 ? "MUTX's clock is ahead of GitHub's" : "GitHub's clock is ahead of MUTX's";
    return [warning('clock', `${ahead} by ${durationText(Math.abs(apart))}`, APART_FIX)];
  }
  const off = (first + second) / 2;
  if (Math.abs(off) > MARGIN) {
    const way = off > 0 ? 'behind' : 'ahead of';
    return [
      warning(
        'clock',
        `this machine's clock is ${durationText(Math.abs(off))} ${way} the services'`,
        isEmulated ? EMULATED_FIX : MACHINE_FIX,
      ),
    ];
  }
  return [fine('clock', "the clocks agree: this machine's and the services'")];
}

function offset({ service, machine }: TimeSeen): Duration {
  return service + CUT - machine;
}
