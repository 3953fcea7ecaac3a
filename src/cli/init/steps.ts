import type { Duration, Instant } from '../../core/time.ts';
import { count, instantText, list, someOf } from '../../messages/words.ts';
import type { Plan } from '../../rotation/plan.ts';
import type { KeySummary } from '../../rotation/ports.ts';

/** One thing that a first-time setup does. */
export type Step =
  | {
      readonly kind: 'secret';
      readonly secret: string;
      /** `owner/repo`, `owner/repo@environment` */
      readonly place: string;
      /** When the one that is there was written; undefined: there is none. */
      readonly overwrites: Instant | undefined;
      /** The environment does not exist yet, and is made for it. */
      readonly makesPlace: boolean;
    }
  | {
      readonly kind: 'workflow';
      readonly path: string;
      readonly cron: string;
      /** `mutx/api-key-action@v1` */
      readonly uses: string;
      /** It is there, just as it would be written. */
      readonly isThere: boolean;
    }
  | {
      readonly kind: 'rotation';
      readonly keyName: string;
      /** `MUTX_API_KEY in owner/repo` */
      readonly places: readonly string[];
      /** undefined: not known before the credential is used */
      readonly plan: Plan | undefined;
      readonly gracePeriod: Duration;
      /** Environments of targets that do not exist yet, and are made for them. */
      readonly makes: readonly string[];
      /** Where the successor of a refresh token is stored; undefined: there is none. */
      readonly successor: string | undefined;
    };

/** What is going to be done, in one line. */
export function stepText(step: Step): string {
  switch (step.kind) {
    case 'secret': {
      const making = step.makesPlace ? `make the environment ${step.place}, and ` : '';
      const over =
        step.overwrites === undefined
          ? ''
          : `, OVERWRITING the one written at ${instantText(step.overwrites)}`;
      return `${making}store the secret ${step.secret} in ${step.place}${over}`;
    }
    case 'workflow':
      return step.isThere
        ? `keep the workflow ${step.path}, which is there just as it would be written`
        : `write the workflow ${step.path} (cron: ${step.cron}; uses: ${step.uses})`;
    case 'rotation':
      return rotationText(step);
  }
}

/** Keys that are named; of the others there is the number. */
const NAMED = 3;

function rotationText({
  keyName,
  places,
  plan,
  gracePeriod,
  makes,
  successor,
}: Extract<Step, { kind: 'rotation' }>): string {
  const victim = plan?.room.kind === 'replace' ? [plan.room.victim] : [];
  const going = plan === undefined ? [] : [...plan.makeRoom.map(({ key }) => key), ...victim];
  const room = going.length === 0 ? '' : `revoke ${named(going, '')}`;
  if (plan?.due === false) {
    return `rotate nothing, for ${plan.why}: the key ${keyName} stays${room === '' ? '' : `; ${room}`}`;
  }
  const first = [
    ...(successor === undefined ? [] : [`use the refresh token and store its successor as ${successor}`]),
    ...(room === '' ? [] : [room]),
    ...makes.map((label) => `make the environment ${label}`),
  ];
  const make = `make the key ${keyName} and store it as ${someOf(places, 'the list of targets')}`;
  return `rotate: ${[...first, make].join(', ')}${afterwards(plan, victim, gracePeriod)}`;
}

function afterwards(plan: Plan | undefined, victim: readonly KeySummary[], gracePeriod: Duration): string {
  if (plan === undefined) {
    const end = gracePeriod > 0 ? 'after their grace period' : 'then';
    return `; older keys of this name, which are not known before the token is used, are revoked ${end}`;
  }
  const older = plan.supersedes.filter(({ id }) => victim.every((one) => one.id !== id));
  const stays = gracePeriod > 0 || plan.held.length > 0 ? older : [];
  const goes = [...plan.afterStore.map(({ key }) => key), ...older.filter((key) => !stays.includes(key))];
  const why = gracePeriod > 0 ? ' for its grace period' : ': more keys than max-revocations would go';
  return (
    (stays.length === 0 ? '' : `; then keep ${named(stays, 'the older ')}${why}`) +
    (goes.length === 0 ? '' : `; then revoke ${named(goes, 'the older ')}`)
  );
}

function named(keys: readonly KeySummary[], which: string): string {
  return keys.length > NAMED ? count(keys.length, 'older key') : `${which}${list(keys.map(({ id }) => id))}`;
}

/** What was done, in one line. */
export function doneText(step: Step): string {
  switch (step.kind) {
    case 'secret':
      return `the secret ${step.secret} in ${step.place} was ${step.overwrites === undefined ? 'created' : 'overwritten'}`;
    case 'workflow':
      return step.isThere ? `the workflow ${step.path} was there` : `the workflow ${step.path} was written`;
    case 'rotation':
      return `the key ${step.keyName} was rotated`;
  }
}

/** How to go on after a setup that stopped half-way. @param spends its credential is good for a single use */
export function goOnTexts(left: readonly Step[], spends: boolean): readonly string[] {
  const again =
    'to go on, run the same command again: what was stored is stored once more, what was written is kept';
  const rotating = left.length === 1 && left[0]?.kind === 'rotation';
  const token =
    spends && rotating
      ? ['the refresh token may be spent: for that, log in to MUTX again and give the new one']
      : [];
  return [...left.map((step) => `not done: ${stepText(step)}`), again, ...token];
}
