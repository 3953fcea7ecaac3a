import { describe, expect, it } from 'vitest';
import { RotationLog } from '../../src/messages/log.ts';
import type { RotationEvent } from '../../src/rotation/events.ts';
import { callFailure, EXPIRES, PLAN, target } from './outcomes.ts';
import { RecordingSink } from './recording-sink.ts';

function logged(events: readonly RotationEvent[]): readonly string[] {
  const sink = new RecordingSink();
  const log = new RotationLog(sink, 'gha/acme/web/MUTX_API_KEY');
  for (const event of events) log.event(event);
  log.end();
  return sink.calls;
}

describe('the log of a rotation', () => {
  it('has one line a step, in groups that close, with durations, progress, retries and waits', () => {
    expect(
      logged([
        { type: 'step-started', step: 'list' },
        { type: 'step-started', step: 'preflight' },
        {
          type: 'retrying',
          failure: callFailure({ status: 502, code: 'github-server-error' }),
          attempt: 1,
          wait: 1_300,
        },
        { type: 'step-ended', step: 'list', ok: true, ms: 84.4 },
        { type: 'step-ended', step: 'preflight', ok: true, ms: 1_520 },
        { type: 'looked', active: 2, ofName: 1, plan: 'FREE', places: 2, date: EXPIRES },
        { type: 'warning', code: 'clocks-apart', message: 'the clocks differ' },
        { type: 'planned', plan: PLAN },
        { type: 'waiting', for: 'a place in the plan', wait: 1_020_000, until: EXPIRES },
        { type: 'step-started', step: 'make-room' },
        { type: 'revoked', id: 'id-dead', reason: 'expired', gone: true },
        { type: 'step-ended', step: 'make-room', ok: true, ms: 30 },
        { type: 'step-started', step: 'create' },
        { type: 'minted', id: 'id-new', name: 'gha/acme/web/MUTX_API_KEY', expiresAt: undefined },
        { type: 'step-ended', step: 'create', ok: true, ms: 40 },
        { type: 'step-started', step: 'verify' },
        { type: 'step-ended', step: 'verify', ok: true, ms: 20 },
        { type: 'step-started', step: 'store' },
        { type: 'target-written', result: target('updated'), done: 1, of: 2 },
        { type: 'target-written', result: target('failed', 'acme/b', callFailure()), done: 2, of: 2 },
        { type: 'step-ended', step: 'store', ok: false, ms: 75_000 },
        { type: 'step-started', step: 'revoke' },
        { type: 'revoked', id: 'id-old', reason: 'superseded', gone: false },
        { type: 'step-ended', step: 'revoke', ok: true, ms: 1 },
      ]),
    ).toMatchInlineSnapshot(`
      [
        "> Look at keys and targets",
        "GitHub: GET /repos/acme/web/actions/secrets/public-key answered 502 [github-server-error]: try 2 in 1.3 s",
        "✓ keys listed (84 ms)",
        "✓ the public key of every target read (1.5 s)",
        "2 active keys, 1 of them named gha/acme/web/MUTX_API_KEY; 2 places in the plan FREE",
        "warning Clocks apart: the clocks differ",
        "<",
        "> Plan",
        "rotate: every run rotates",
        "current key: id-old (expires 2026-12-23T21:00:00Z)",
        "revoke id-dead: expired",
        "revoke id-victim first: the plan has no place for both (on-quota: replace)",
        "id-old is superseded by the new key",
        "keep id-held: more keys than max-revocations would go",
        "keep id-used: something else uses it",
        "keep id-young: made less than 15 minutes before this look, so another run may still be storing it; a rotation after 2026-11-24T21:00:00Z revokes it",
        "waiting 17 min for a place in the plan (until 2026-12-23T21:00:00Z)",
        "<",
        "> Make room",
        "no longer active: id-dead (expired)",
        "✓ room made (30 ms)",
        "<",
        "> Create and verify the new key",
        "gha/acme/web/MUTX_API_KEY: new key id-new, never expires",
        "✓ key created (40 ms)",
        "✓ MUTX accepts the new key (20 ms)",
        "<",
        "> Store the new key",
        "[1/2] MUTX_API_KEY in acme/web updated",
        "[2/2] MUTX_API_KEY in acme/b failed: the github-token may not do this for acme/web",
        "✗ not stored in every target (1 min 15 s)",
        "<",
        "> Revoke what the new key supersedes",
        "revoked: id-old (superseded by the new key)",
        "✓ superseded keys revoked (1 ms)",
        "<",
      ]
    `);
  });

  it('does not number a single target, and says when no limit is known', () => {
    const looked = { type: 'looked', active: 1, ofName: 0, plan: undefined, date: undefined } as const;
    expect(
      logged([
        { ...looked, places: undefined },
        { ...looked, places: Number.POSITIVE_INFINITY },
        { ...looked, places: 1 },
        { type: 'target-written', result: target('created'), done: 1, of: 1 },
        { type: 'waiting', for: 'a place in the plan', wait: 10, until: undefined },
      ]),
    ).toEqual([
      '1 active key, 0 of them named gha/acme/web/MUTX_API_KEY; no limit is known',
      '1 active key, 0 of them named gha/acme/web/MUTX_API_KEY; no limit is known',
      '1 active key, 0 of them named gha/acme/web/MUTX_API_KEY; 1 place',
      'MUTX_API_KEY in acme/web created',
      'waiting 10 ms for a place in the plan',
    ]);
  });
});
