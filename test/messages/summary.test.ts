import { describe, expect, it } from 'vitest';
import { earlyFailure } from '../../src/messages/failure.ts';
import { failureSummary, summaryOf, warningSummary } from '../../src/messages/summary.ts';
import { FAILURE_TITLE } from '../../src/messages/words.ts';
import { CURRENT, callFailure, EXPIRES, failed, KEY, NOTHING, PLAN, target, YOUNG } from './outcomes.ts';

const NAME = KEY.name;

describe('the job summary', () => {
  it('of a rotation shows the key, its expiry, the targets, what was revoked and what waits', () => {
    expect(
      summaryOf(
        {
          kind: 'rotated',
          key: KEY,
          targets: [target('updated'), target('created', 'acme/web@production')],
          keys: {
            revoked: ['id-old'],
            superseded: ['id-grace'],
            graceEnds: EXPIRES,
            left: ['id-left', 'id-held'],
            held: ['id-held'],
            unclear: [],
            spared: [YOUNG],
          },
        },
        NAME,
      ),
    ).toMatchInlineSnapshot(`
      "## MUTX API key rotated

      | Key | Name | Expires |
      | --- | --- | --- |
      | \`id-new\` | \`gha/acme/web/MUTX_API_KEY\` | 2026-12-23T21:00:00Z |

      | Target | Secret | Result |
      | --- | --- | --- |
      | \`acme/web\` | \`MUTX_API_KEY\` | ✅ updated |
      | \`acme/web@production\` | \`MUTX_API_KEY\` | ✅ created |

      **Revoked:** \`id-old\`

      **Superseded, not revoked by this run:** \`id-grace\` (grace period until 2026-12-23T21:00:00Z)

      **Left for a later run to revoke:** \`id-left\`

      **Held back:** not revoked, because together they are more than max-revocations allows; revoke them, or raise it: \`id-held\`

      **Not revoked by this run:** \`id-young\`: made less than 15 minutes before the new key, so another run may still be storing it; a rotation after 2026-11-24T21:00:00Z revokes it
      "
    `);
  });

  it('of a run that was not due says why', () => {
    const plan = {
      ...PLAN,
      due: false as const,
      why: 'the current key lives longer than renew-before',
      current: CURRENT,
      room: { kind: 'fits', lastPlace: false } as const,
    };
    expect(
      summaryOf(
        {
          kind: 'not-due',
          plan,
          key: { ...KEY, expiresAt: undefined },
          targets: [target('unchanged')],
          keys: NOTHING,
        },
        NAME,
      ),
    ).toMatchInlineSnapshot(`
      "## MUTX API key not due

      Not due when this run looked: the current key lives longer than renew-before. By the dates of keys and secrets, every target holds this key:

      | Key | Name | Expires |
      | --- | --- | --- |
      | \`id-new\` | \`gha/acme/web/MUTX_API_KEY\` | never |

      | Target | Secret | Result |
      | --- | --- | --- |
      | \`acme/web\` | \`MUTX_API_KEY\` | ➖ unchanged |

      **Revoked:** none
      "
    `);
  });

  it('of a dry run is the plan', () => {
    expect(
      summaryOf({ kind: 'planned', plan: PLAN, targets: [target('skipped')], keys: NOTHING }, NAME),
    ).toMatchInlineSnapshot(`
      "## MUTX API key: plan (dry run)

      Nothing was changed. A run would:

      - rotate\\: every run rotates
      - current key\\: id-old \\(expires 2026-12-23T21\\:00\\:00Z\\)
      - revoke id-dead\\: expired
      - revoke id-victim first\\: the plan has no place for both \\(on-quota\\: replace\\)
      - id-old is superseded by the new key
      - keep id-held\\: more keys than max-revocations would go
      - keep id-used\\: something else uses it
      - keep id-young\\: made less than 15 minutes before this look, so another run may still be storing it; a rotation after 2026-11-24T21\\:00\\:00Z revokes it

      Key name: \`gha/acme/web/MUTX_API_KEY\`

      | Target | Secret | Result |
      | --- | --- | --- |
      | \`acme/web\` | \`MUTX_API_KEY\` | ➖ not touched |
      "
    `);
  });

  it('of a failed run says what, why, the fix and the state, failures first', () => {
    const failure = callFailure({ hint: 'Use a GitHub App:\n- uses: x\n  with: `y`' });
    expect(
      summaryOf(
        failed({
          failure: {
            reason: 'store',
            code: 'store-failed',
            message: 'not stored in 1 of 2 targets',
            failures: [failure],
          },
          minted: { ...KEY, state: 'alive' },
          targets: [target('updated'), target('failed', 'acme/b', failure)],
        }),
        NAME,
      ),
    ).toMatchInlineSnapshot(`
      "## ❌ MUTX API key not rotated

      **not stored in 1 of 2 targets** (\`store-failed\`)

      - GitHub\\: GET /repos/acme/web/actions/secrets/public-key answered 403

      the github-token may not do this for acme/web (\`github-token-cannot-write\`, request id \`REQ:1\`)

      Cause: the \`GITHUB_TOKEN\` of a workflow cannot write secrets, whatever its \`permissions:\` say; neither can a GitHub App without the permission

      Fix: Use a GitHub App\\:

      \`\`\`yaml
      - uses: x
        with: \`y\`
      \`\`\`

      **State of things now**

      - MUTX\\_API\\_KEY in acme/web\\: holds the new key
      - MUTX\\_API\\_KEY in acme/b\\: the write was refused, so it holds what it held before
      - new key id-new \\(expires 2026-12-23T21\\:00\\:00Z\\)\\: alive; no other rotation revokes it within 15 minutes of its creation; the next run that succeeds replaces it, unless every target holds it and no rotation is due
      - this run revoked no key that a secret holds

      [More about this, and what to check](https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md#github-token-cannot-write)

      | Key | Name | Expires |
      | --- | --- | --- |
      | \`id-new\` | \`gha/acme/web/MUTX_API_KEY\` | 2026-12-23T21:00:00Z |

      | Target | Secret | Result |
      | --- | --- | --- |
      | \`acme/b\` | \`MUTX_API_KEY\` | ❌ failed: the github-token may not do this for acme/web |
      | \`acme/web\` | \`MUTX_API_KEY\` | ✅ updated |

      **Revoked:** none
      "
    `);
  });

  it('of a failure before the rotation has the cause and the fix', () => {
    const text = failureSummary(
      FAILURE_TITLE.rotate,
      earlyFailure({ code: 'session-expired', message: 'the JWT has expired', retryAt: EXPIRES }),
    );
    expect(text).toContain('**the JWT has expired** (`session-expired`)');
    expect(text).toContain('Cause: the access JWT in `bootstrap-jwt` has expired; it lives for 30 minutes');
    expect(text).toContain('A run after 2026-12-23T21:00:00Z can work.');
  });

  it('lists at most 500 targets and says how many more there are', () => {
    const targets = Array.from({ length: 502 }, (_, index) => target('updated', `acme/r${index}`));
    targets.push(target('failed', 'acme/last', callFailure()));
    const text = summaryOf({ kind: 'rotated', key: KEY, targets, keys: NOTHING }, NAME);
    expect(text.match(/^\| `acme/gmu)).toHaveLength(500);
    expect(text).toContain('| `acme/last` | `MUTX_API_KEY` | ❌ failed');
    expect(text).toContain('… and 3 more targets; the output `targets` has them all.');
  });

  it('names every call of a group, by its target', () => {
    const failures = Array.from({ length: 250 }, (_, index) =>
      callFailure({ target: `acme/r${index}`, message: `acme/r${index} does not exist` }),
    );
    const text = summaryOf(failed({ failure: { failures } }), NAME);
    for (const { target: name } of failures) expect(text).toContain(`- ${name} \\(GitHub`);
    expect(text.match(/does not exist/gu)).toHaveLength(1);
  });

  it('takes no Markdown, HTML, mention or link from a name or a message', () => {
    const hostile = '`x` | <img src=//evil> [a](https://evil) @octocat ![](x) **b** \n# h';
    const text = summaryOf(
      failed({
        failure: {
          message: hostile,
          failures: [callFailure({ message: hostile, requestId: hostile, call: hostile })],
        },
        minted: { id: hostile, name: hostile, expiresAt: undefined, state: 'alive' },
        targets: [target('failed', hostile, callFailure({ message: hostile }))],
      }),
      NAME,
    );
    const ours = /^\[More about this, and what to check\]\([^)\s]+#github-token-cannot-write\)$/mu;
    expect(text).toMatch(ours);
    const outsideCode = text.replace(ours, '').replace(/`[^`\n]*`/gu, '');
    expect(outsideCode).not.toMatch(/(?<!\\)[<[@!]|(?<!\\)\*\*b|(?<!\\)`|https:/u);
    expect(text).not.toMatch(/^# h/mu);
    for (const row of text.split('\n').filter((line) => line.startsWith('| `'))) {
      expect(row.replaceAll('\\|', '').match(/\|/gu)).toHaveLength(4);
    }
  });

  it('has what is said between lines to copy outside of them', () => {
    const failure = callFailure({ hint: 'One way:\n- uses: x\nOr `y`:\n    with: y' });
    const text = summaryOf(failed({ failure: { failures: [failure] } }), NAME);
    expect(text).toContain(
      'Fix: One way\\:\n\n```yaml\n- uses: x\n```\n\nOr `y`\\:\n\n```yaml\n    with: y\n```',
    );
  });

  it('has a warning with each of its reasons on a line', () => {
    expect(warningSummary('what\nwhy\nand `why`', 'do *it*')).toBe(
      '> [!WARNING]\n> what\n>\n> - why\n> - and `why`\n>\n> Fix: do \\*it\\*\n\n',
    );
  });
});
