import { describe, expect, it } from 'vitest';
import {
  callText,
  earlyFailure,
  failureAnnotation,
  failureLines,
  failureOf,
} from '../../src/messages/failure.ts';
import { summaryOf } from '../../src/messages/summary.ts';
import { FAILURE_TITLE } from '../../src/messages/words.ts';
import { callFailure, EXPIRES, failed, KEY, NOTHING, target } from './outcomes.ts';

const linesOf = (outcome: ReturnType<typeof failed>, givenUp?: readonly string[]) =>
  failureLines(FAILURE_TITLE.rotate, failureOf(outcome, givenUp)).join('\n');

describe('the text of a failure', () => {
  it('says what was tried, the status, the cause, the fix, the request id and the state', () => {
    const outcome = failed({
      failure: {
        failures: [callFailure({ hint: 'Use a GitHub App:\n- uses: x\n  with: y' })],
        retryAt: EXPIRES,
      },
    });
    expect(linesOf(outcome)).toMatchInlineSnapshot(`
      "MUTX API key not rotated: not every target can be written, so no key was made [preflight-failed]

        GitHub: GET /repos/acme/web/actions/secrets/public-key answered 403 [github-token-cannot-write]
        why:   the github-token may not do this for acme/web
        cause: the \`GITHUB_TOKEN\` of a workflow cannot write secrets, whatever its \`permissions:\` say; neither can a GitHub App without the permission
        fix:   Use a GitHub App:
               - uses: x
                 with: y
        request id: REQ:1

        State of things now:
        - MUTX_API_KEY in acme/web: untouched
        - no new key is known to exist
        - this run revoked no key that a secret holds

        A run after 2026-12-23T21:00:00Z can work.

        more: https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md#github-token-cannot-write"
    `);
  });

  it('tells a cause that several targets share once, and differing causes apart', () => {
    const failures = [
      callFailure({ call: 'GET /a', message: 'same' }),
      callFailure({ call: 'GET /b', message: 'same' }),
      callFailure({ call: 'GET /c', message: 'other', code: 'github-not-found', status: 404 }),
    ];
    const report = failureOf(failed({ failure: { failures } }));
    expect(report.calls.map(({ failure, alike }) => [failure.call, alike.map(({ call }) => call)])).toEqual([
      ['GET /a', ['GET /b']],
      ['GET /c', []],
    ]);
    expect(failureLines(FAILURE_TITLE.rotate, report).join('\n')).toContain(
      'also:  GitHub: GET /b answered 403',
    );
    expect(failureAnnotation(FAILURE_TITLE.rotate, report).message).toContain('(and 1 more; see the log)');
  });

  const missing = (index: number) =>
    callFailure({
      call: `GET /repos/acme/r${index}/actions/secrets/public-key`,
      target: `acme/r${index}`,
      message: `acme/r${index} does not exist`,
      code: 'github-not-found',
      status: 404,
    });

  it('tells together what differs only in its target', () => {
    const renamed = ['a', 'b'].map((name) =>
      callFailure({
        target: `acme/${name}`,
        message: `the repository of acme/${name} is now called acme/${name}2`,
        code: 'github-repository-renamed',
      }),
    );
    const report = failureOf(failed({ failure: { failures: [missing(1), ...renamed, missing(2)] } }));
    expect(report.calls.map(({ failure, alike }) => [failure.message, alike.length])).toEqual([
      ['acme/r1 does not exist', 1],
      ['the repository of acme/a is now called acme/a2', 0],
      ['the repository of acme/b is now called acme/b2', 0],
    ]);
  });

  it('tells the fix for each owner of whose token something is missing: a token is of one owner', () => {
    const lacking = (owner: string, repository: string) =>
      callFailure({
        target: `${owner}/${repository}`,
        message: 'the github-token lacks "Secrets: Read and write"',
        hint: `a token of ${owner}`,
        needs: { owner, repository, missing: '"Secrets: Read and write"', inputs: undefined },
      });
    const failures = [lacking('acme', 'web'), lacking('other', 'shop'), lacking('acme', 'site')];
    const report = failureOf(failed({ failure: { failures } }));
    expect(report.calls.map(({ fix, alike }) => [fix, alike.map((one) => one.target)])).toEqual([
      ['a token of acme', ['acme/site']],
      ['a token of other', []],
    ]);
  });

  it('names ten targets of a group, in a log and an annotation that stay short', () => {
    const failures = Array.from({ length: 250 }, (_, index) => missing(index));
    const targets = failures.map((one) => target('skipped', one.target));
    const report = failureOf(failed({ failure: { failures }, targets }));
    const places = Array.from({ length: 10 }, (_, index) => `MUTX_API_KEY in acme/r${index}`).join(', ');
    expect(report.state[0]).toBe(`${places} and 240 more (the output \`targets\` has them all): untouched`);
    const lines = failureLines(FAILURE_TITLE.rotate, report);
    expect(lines.slice(2, 14)).toEqual([
      '  GitHub: GET /repos/acme/r0/actions/secrets/public-key answered 404 [github-not-found]',
      '  why:   acme/r0 does not exist',
      ...Array.from(
        { length: 9 },
        (_, index) =>
          `  also:  acme/r${index + 1} (GitHub: GET /repos/acme/r${index + 1}/actions/secrets/public-key answered 404)`,
      ),
      '  also:  240 more (the job summary, or the file that `--summary` names, has them all)',
    ]);
    expect(lines.length).toBeLessThan(25);
    const { message } = failureAnnotation(FAILURE_TITLE.rotate, report);
    expect(message).toContain('also: acme/r1, acme/r2,');
    expect(message).toContain(
      'acme/r10 and 239 more (the job summary, or the file that `--summary` names, has them all)',
    );
    expect(message.length).toBeLessThan(1_500);
  });

  it('gives the cause and the fix of the whole run where no call is to blame', () => {
    const outcome = failed({
      failure: { reason: 'quota', code: 'quota-too-soon', message: 'too soon', retryAt: EXPIRES },
    });
    expect(linesOf(outcome)).toMatch(/cause: the new key would take the last place/u);
    expect(failureAnnotation(FAILURE_TITLE.rotate, failureOf(outcome))).toEqual({
      title: 'MUTX API key not rotated',
      message: [
        'too soon [quota-too-soon]',
        'Fix: run again at the time given, or set `on-quota: wait`, which waits until then; `on-quota: replace` does not shorten that, because it too makes no second key while the first may still be on its way into the secret',
        'State now: MUTX_API_KEY in acme/web: untouched; no new key is known to exist; this run revoked no key that a secret holds',
        'A run after 2026-12-23T21:00:00Z can work.',
        'More: https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md#quota-too-soon',
      ].join('\n'),
    });
  });

  it('leads to the line of a file where it can be mended', () => {
    const at = { file: 'mutx-keys.yml', line: 3 };
    const report = earlyFailure({ code: 'invalid-input', message: 'm', at });
    expect(failureAnnotation('t', report).at).toEqual(at);
    expect(failureAnnotation('t', earlyFailure({ code: 'invalid-input', message: 'm' }))).not.toHaveProperty(
      'at',
    );
  });

  it('says that nothing was changed by a failure before the rotation', () => {
    expect(
      failureLines(FAILURE_TITLE.rotate, earlyFailure({ code: 'mutx-unauthorized', message: 'no' })).join(
        '\n',
      ),
    ).toContain('nothing was changed: no key was made or revoked, no secret was written');
  });

  it.each([
    [callFailure(), 'GitHub: GET /repos/acme/web/actions/secrets/public-key answered 403'],
    [
      callFailure({ service: 'mutx', call: 'POST /v1/api-keys', status: undefined, kind: 'unclear' }),
      'MUTX: POST /v1/api-keys got no usable answer',
    ],
    [callFailure({ call: 'PUT /x', status: undefined, kind: 'not-sent' }), 'GitHub: PUT /x was not sent'],
    [callFailure({ call: 'PUT /x', status: undefined, kind: 'throttled' }), 'GitHub: PUT /x was not sent'],
  ])('names a call by what became of it (%#)', (failure, text) => {
    expect(callText(failure)).toBe(text);
  });
});

describe('the state after a failure', () => {
  const store = { reason: 'store', code: 'store-failed', message: 'x' } as const;

  it.each([
    [
      'nothing was begun',
      failed({}),
      ['MUTX_API_KEY in acme/web: untouched', 'no new key is known to exist'],
    ],
    [
      'every write was refused and the new key is revoked',
      failed({
        failure: store,
        minted: { ...KEY, state: 'revoked' },
        targets: [target('failed', 'acme/web', callFailure())],
        keys: { ...NOTHING, revoked: [KEY.id] },
      }),
      [
        'MUTX_API_KEY in acme/web: untouched',
        'new key id-new (expires 2026-12-23T21:00:00Z): revoked, because it was certain that no secret holds it',
      ],
    ],
    [
      'one of three was written, one refused, one is not known',
      failed({
        failure: store,
        minted: { ...KEY, state: 'alive' },
        targets: [
          target('updated', 'acme/a'),
          target('failed', 'acme/b', callFailure()),
          {
            ...target('failed', 'acme/c', callFailure({ kind: 'unclear', status: 502 })),
            perhapsWritten: true,
          },
        ],
        keys: { ...NOTHING, left: ['id-left'], revoked: ['id-expired'] },
      }),
      [
        'MUTX_API_KEY in acme/a: holds the new key',
        'MUTX_API_KEY in acme/b: the write was refused, so it holds what it held before',
        'MUTX_API_KEY in acme/c: not known: the write may have been done; it holds the new key or what it held before',
        'new key id-new (expires 2026-12-23T21:00:00Z): alive; no other rotation revokes it within 15 minutes of its creation; the next run that succeeds replaces it, unless every target holds it and no rotation is due',
        'revoked: id-expired',
        '1 key left for a later run to revoke: id-left',
        'this run revoked no working key that one of its targets holds',
      ],
    ],
    [
      'it is not known whether keys were revoked, the new one among them',
      failed({
        failure: { reason: 'verify', code: 'verify-refused', message: 'x' },
        minted: { ...KEY, state: 'perhaps-revoked' },
        targets: [{ ...target('failed', 'acme/a', callFailure()), perhapsWritten: false }, target('skipped')],
        keys: {
          ...NOTHING,
          left: ['id-new', 'id-old', 'id-held'],
          held: ['id-held'],
          unclear: ['id-new', 'id-old'],
        },
      }),
      [
        'MUTX_API_KEY in acme/a and MUTX_API_KEY in acme/web: untouched',
        'new key id-new (expires 2026-12-23T21:00:00Z): no secret holds it, and it was to be revoked; whether it was is not known: if not, a later rotation revokes it',
        'perhaps revoked, for which there was no clear answer: id-old',
        'this run revoked no other key that a secret holds',
        'not revoked, because together they are more than max-revocations allows; revoke them, or raise it: id-held',
      ],
    ],
    [
      'the writes came too late',
      failed({
        failure: { reason: 'late', code: 'written-late', message: 'x' },
        minted: { ...KEY, state: 'unknown', expiresAt: undefined },
        targets: [target('updated')],
      }),
      [
        'MUTX_API_KEY in acme/web: holds the new key, which may not be active',
        'new key id-new (never expires): stored, but another run may have revoked it',
        'this run revoked no key that a secret holds',
      ],
    ],
  ])('when %s', (_when, outcome, lines) => {
    for (const line of lines) expect(failureOf(outcome).state).toContain(line);
    expect(failureOf(outcome).state.join('\n')).toMatch(/^this run revoked no .*key that /mu);
  });

  it('names the key that was given up for room: a secret may hold a dead one', () => {
    const outcome = failed({ failure: store, keys: { ...NOTHING, revoked: ['id-victim'] } });
    const { state } = failureOf(outcome, ['id-victim']);
    expect(state.join('\n')).toMatch(
      /revoked before its successor was stored.*id-victim; a secret that still holds it/u,
    );
    expect(state.join('\n')).not.toMatch(/this run revoked no /u);
  });

  it('does not say that a new key is replaced, which no target holds, or every one may', () => {
    const minted = { ...KEY, state: 'alive' } as const;
    const nowhere = [target('skipped'), target('failed', 'acme/b', callFailure())];
    expect(failureOf(failed({ minted, targets: nowhere })).state).toContain(
      'new key id-new (expires 2026-12-23T21:00:00Z): alive; no other rotation revokes it within 15 minutes of its creation; no secret holds it, and a later rotation revokes it',
    );
    const perhaps = { ...target('failed', 'acme/web', callFailure()), perhapsWritten: true };
    for (const targets of [[perhaps], [target('updated')], [target('created')]]) {
      expect(failureOf(failed({ minted, targets })).state.join('\n')).toContain(
        'replaces it, unless every target holds it and no rotation is due',
      );
    }
  });

  it('does not say that what a secret held is alive, nor untouched what has expired and was revoked', () => {
    const outcome = failed({
      targets: [{ ...target('failed', 'acme/web', callFailure()), perhapsWritten: true }],
      minted: { ...KEY, state: 'alive' },
      keys: { ...NOTHING, revoked: ['id-expired'] },
    });
    expect(failureOf(outcome).state).toEqual([
      'MUTX_API_KEY in acme/web: not known: the write may have been done; it holds the new key or what it held before',
      expect.stringContaining('new key id-new'),
      'revoked: id-expired',
      'this run revoked no working key that one of its targets holds',
    ]);
  });

  it('does not promise that a run works a part of a second before it can', () => {
    const outcome = failed({ failure: { retryAt: EXPIRES + 1 } });
    const report = failureOf(outcome);
    const said = [
      failureLines(FAILURE_TITLE.rotate, report).join('\n'),
      failureAnnotation(FAILURE_TITLE.rotate, report).message,
      summaryOf(outcome, KEY.name),
    ];
    for (const text of said) expect(text).toContain('A run after 2026-12-23T21:00:01Z can work.');
  });
});
