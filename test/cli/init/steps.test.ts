import { describe, expect, it } from 'vitest';
import { stepText } from '../../../src/cli/init/steps.ts';
import type { RotationSettings } from '../../../src/rotation/ports.ts';
import { InMemoryPorts } from '../../rotation/ports.ts';
import { DAY, key } from '../../rotation/records.ts';

// What somebody agrees to before a setup, from the plan that the rotation's own engine makes.

const OLD = key('old', { age: 9 * DAY });
const ORPHAN = key('orphan', { age: DAY / 2 });
const OTHER = key('other', { name: 'other' });
const DEAD = key('dead', { age: 40 * DAY, expiresIn: -DAY });
const PLACE = 'MUTX_API_KEY in acme/web';
const NOTHING_ELSE = { makes: [], successor: undefined };

async function told(keys: readonly (typeof OLD)[], changes: Partial<RotationSettings> = {}, plan?: string) {
  const ports = new InMemoryPorts({
    keys,
    targets: [{ label: 'acme/web', holds: 'old' }],
    ...(plan === undefined ? {} : { plan }),
  });
  const outcome = await ports.rotate({ ...changes, dryRun: true });
  if (outcome.kind !== 'planned') throw new Error(outcome.kind);
  const { gracePeriod = 0 } = changes;
  return stepText({
    kind: 'rotation',
    keyName: 'k',
    places: [PLACE],
    plan: outcome.plan,
    gracePeriod,
    ...NOTHING_ELSE,
  });
}

describe('the rotation of a setup, in one line', () => {
  it('says what goes first, to make room, and what goes after the new key is stored', async () => {
    expect(await told([OTHER])).toBe(`rotate: make the key k and store it as ${PLACE}`);
    expect(await told([OLD, DEAD])).toBe(
      `rotate: make the key k and store it as ${PLACE}; then revoke the older dead and old`,
    );
    expect(await told([OLD, DEAD], {}, 'FREE')).toBe(
      `rotate: revoke dead, make the key k and store it as ${PLACE}; then revoke the older old`,
    );
    expect(await told([OLD, OTHER], { onQuota: 'replace' }, 'FREE')).toBe(
      `rotate: revoke old, make the key k and store it as ${PLACE}`,
    );
  });

  it('does not say that anything is revoked which a grace period keeps, or max-revocations', async () => {
    expect(await told([OLD], { gracePeriod: DAY })).toBe(
      `rotate: make the key k and store it as ${PLACE}; then keep the older old for its grace period`,
    );
    expect(await told([OLD, ORPHAN], { maxRevocations: 0 })).toBe(
      `rotate: make the key k and store it as ${PLACE}; then keep the older old: more keys than max-revocations would go; then revoke the older orphan`,
    );
  });

  it.each([
    [0, 'are revoked then'],
    [DAY, 'are revoked after their grace period'],
  ])(
    'says what becomes of a refresh token, of keys not known yet, and which environment it makes',
    (gracePeriod, end) => {
      const makes = ['acme/web@staging'];
      const successor = 'MUTX_REFRESH_TOKEN in acme/web@mutx-rotation';
      const step = { kind: 'rotation', keyName: 'k', places: [PLACE], plan: undefined, gracePeriod } as const;
      expect(stepText({ ...step, makes, successor })).toBe(
        `rotate: use the refresh token and store its successor as ${successor}, make the environment acme/web@staging, make the key k and store it as ${PLACE}; older keys of this name, which are not known before the token is used, ${end}`,
      );
    },
  );

  it('says that none is due, and what goes all the same', async () => {
    const due = { renewBefore: DAY };
    expect(await told([OLD], due)).toBe(
      `rotate nothing, for the current key lives longer than renew-before: the key k stays`,
    );
    expect(await told([OLD, ORPHAN], due)).toBe(
      `rotate nothing, for the current key lives longer than renew-before: the key k stays; revoke orphan`,
    );
  });
});
