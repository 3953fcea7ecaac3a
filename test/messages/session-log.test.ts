import { describe, expect, it } from 'vitest';
import { inputWarning } from '../../src/messages/annotations.ts';
import { failureLines } from '../../src/messages/failure.ts';
import { requestText } from '../../src/messages/log.ts';
import { logSession, sessionFailure, spendingState } from '../../src/messages/session-log.ts';
import { FAILURE_TITLE } from '../../src/messages/words.ts';
import type { SessionEvent } from '../../src/mutx/session/session.ts';
import { callFailure, EXPIRES } from './outcomes.ts';
import { RecordingSink } from './recording-sink.ts';

const STORED = { type: 'successor-stored', target: 'acme/web', secret: 'MUTX_REFRESH_TOKEN' } as const;

describe('what a session tells', () => {
  it('is a line each, and a warning where a later run is concerned', () => {
    const sink = new RecordingSink();
    const events: readonly SessionEvent[] = [
      { type: 'logged-in' },
      { ...STORED, type: 'exchanging' },
      { ...STORED, endsAt: EXPIRES },
      { ...STORED, endsAt: undefined },
      {
        type: 'retrying',
        failure: callFailure({
          service: 'mutx',
          call: 'POST /v1/auth/logout',
          status: 503,
          code: 'mutx-server-error',
        }),
        attempt: 2,
        wait: 800,
      },
      { type: 'warning', code: 'schedule-too-slow', message: 'the token was nearly dead' },
      { type: 'logged-out' },
    ];
    for (const event of events) logSession(event, sink);
    expect(sink.calls).toEqual([
      '✓ logged in to MUTX',
      'exchanging the refresh token: it counts as spent from here on, until its successor is stored: MUTX_REFRESH_TOKEN in acme/web',
      '✓ refresh token exchanged; its successor is stored: MUTX_REFRESH_TOKEN in acme/web; the next run has to start before 2026-12-23T21:00:00Z',
      '✓ refresh token exchanged; its successor is stored: MUTX_REFRESH_TOKEN in acme/web',
      'MUTX: POST /v1/auth/logout answered 503 [mutx-server-error]: try 3 in 800 ms',
      'warning Check the credentials: the token was nearly dead',
      '✓ logged out of MUTX',
    ]);
  });

  it('as a warning stands in the summary too, with its fix where it has one', () => {
    const sink = new RecordingSink();
    const warning = { type: 'warning', code: 'renewal-failed', message: 'not renewed: <b>' } as const;
    logSession({ ...warning, fix: 'log in again:\n- uses: x\nor in another way' }, sink);
    logSession({ ...warning, fix: undefined }, sink);
    logSession({ type: 'warning', code: 'logout-failed', message: 'still logged in' }, sink);
    expect(sink.calls).toEqual([
      'warning Check the credentials: not renewed: <b> [renewal-failed]\nFix: log in again:\n- uses: x\nor in another way',
      expect.stringMatching(/\[renewal-failed\]\nFix: see the failed call; the credential is not spent/u),
      'warning Check the credentials: still logged in',
    ]);
    expect(sink.summaries).toEqual([
      '> [!WARNING]\n> not renewed\\: \\<b\\> \\[renewal-failed\\]\n>\n> Fix: log in again\\:\n>\n> ```yaml\n> - uses: x\n> ```\n>\n> or in another way\n\n',
      expect.stringMatching(/^> \[!WARNING\]\n> not renewed.*\n>\n> Fix: see the failed call.*\n\n$/u),
      '> [!WARNING]\n> still logged in\n\n',
    ]);
  });

  it('of its failure is the call, the fix, and what is different from before', () => {
    const text = failureLines(
      FAILURE_TITLE.rotate,
      sessionFailure({
        code: 'session-refresh-lost',
        message: 'the exchange got no usable reply',
        cause: callFailure({
          code: 'session-refresh-lost',
          hint: 'log in again',
          status: undefined,
          kind: 'unclear',
        }),
        state: ['the refresh token is probably spent'],
        retryAt: EXPIRES,
      }),
    ).join('\n');
    expect(text).toContain('[session-refresh-lost]');
    expect(text).toContain('fix:   log in again');
    expect(text).toContain(
      '  - no key was made or revoked, and no target was written\n  - the refresh token is probably spent',
    );
    expect(text).toContain('A run after 2026-12-23T21:00:00Z can work.');
  });

  it('of a run that ends in the middle of an exchange is where the successor may be', () => {
    const target = {
      kind: 'repository',
      store: 'actions',
      owner: 'acme',
      repo: 'web',
      secretName: 'MUTX_REFRESH_TOKEN',
      label: 'acme/web',
    } as const;
    expect(spendingState(target).join('\n')).toMatch(
      /may be spent: its successor is in MUTX_REFRESH_TOKEN in acme\/web/u,
    );
  });
});

describe('single lines', () => {
  it('of requests have method, path, status and time, and nothing else', () => {
    const line = { method: 'GET', path: '/v1/api-keys', ms: 12 } as const;
    expect([
      requestText({ ...line, service: 'mutx', status: 200 }),
      requestText({ ...line, service: 'github', status: 'lost' }),
    ]).toEqual(['MUTX: GET /v1/api-keys → 200 in 12 ms', 'GitHub: GET /v1/api-keys → lost in 12 ms']);
  });

  it('of warnings about inputs have a title', () => {
    expect(inputWarning('x')).toEqual({ title: 'Check the inputs', message: 'x' });
  });
});
