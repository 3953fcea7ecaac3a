import { type PatientCall, type PatientPorts, patientCalls } from '../rotation/patient.ts';
import type { CallFailure, Duration, Instant, KeyService, Reply, SecretTarget } from '../rotation/ports.ts';
import { placesOf } from '../rotation/quota.ts';
import { Stopwatch } from '../rotation/retry.ts';
import { eachOf, failuresOf, valuesOf } from '../rotation/run.ts';
import { ClockComparison } from './clocks.ts';
import type { AuditedSecret, AuditLook } from './look.ts';

/** For how long an audit may try anything again. */
const PATIENCE: Duration = 15 * 60_000;

const CONCURRENCY = 4;

/** A secret to look at, and the name of the keys that belong in it. */
export interface AuditTarget {
  readonly keyName: string;
  readonly target: Pick<SecretTarget, 'label' | 'secretName' | 'shared' | 'metadata'>;
}

/** Reads only: there is nothing here that could change anything. */
export interface AuditPorts extends PatientPorts {
  readonly keys: Pick<KeyService, 'list' | 'account'>;
  readonly targets: readonly AuditTarget[];
  /** When the writer token ends, as far as GitHub has said by now. */
  readonly tokenExpiresAt: () => Instant | undefined;
  readonly report: (event: AuditEvent) => void;
}

export type AuditNote = 'clocks-apart' | 'no-date' | 'account-unreadable' | 'older-unread';

/** What an audit tells while it works; nothing in here is a credential. */
export type AuditEvent =
  | { readonly type: 'listed'; readonly active: number; readonly ms: Duration }
  | { readonly type: 'secrets-read'; readonly secrets: number; readonly ms: Duration }
  | { readonly type: 'note'; readonly note: AuditNote; readonly failure?: CallFailure }
  | {
      readonly type: 'retrying';
      readonly failure: CallFailure;
      readonly attempt: number;
      readonly wait: Duration;
    };

export type AuditLookResult =
  | { readonly ok: true; readonly look: AuditLook }
  | { readonly ok: false; readonly failures: readonly CallFailure[] };

/**
 * Reads the keys and the plan, and only then the secrets' dates: in the other order a secret written in between
 * would make the key that it holds look like an orphan (docs/protocol.md, "A run").
 */
export async function takeAuditLook(ports: AuditPorts): Promise<AuditLookResult> {
  const call = patientCalls(ports, PATIENCE, (failure, attempt, wait) =>
    ports.report({ type: 'retrying', failure, attempt, wait }),
  );
  const clocks = new ClockComparison(ports.clock);
  const [list, plan] = await Promise.all([
    // All of them: what never expires, or has been kept for years, is what an audit looks for.
    call(() => clocks.ofMutx(() => ports.keys.list(true))),
    readPlan(ports, call),
  ]);
  if (!list.ok) return { ok: false, failures: [list.failure] };
  const active = list.value.filter((key) => key.isActive).length;
  ports.report({ type: 'listed', active, ms: clocks.elapsed() });
  if (list.reading?.since !== undefined) ports.report({ type: 'note', note: 'older-unread' });

  const reading = new Stopwatch(ports.clock);
  const secrets = await eachOf(ports.targets, CONCURRENCY, (target) => readSecret(target, call, clocks));
  const failures = failuresOf(secrets);
  if (failures.length > 0) return { ok: false, failures };
  if (secrets.length > 0) {
    ports.report({ type: 'secrets-read', secrets: secrets.length, ms: reading.elapsed() });
  }
  const clocksApart = clocks.areApart;
  if (list.date === undefined) ports.report({ type: 'note', note: 'no-date' });
  else if (clocksApart) ports.report({ type: 'note', note: 'clocks-apart' });
  return {
    ok: true,
    look: {
      date: list.date ?? ports.clock.now(),
      keys: list.value,
      plan,
      places: placesOf(plan),
      secrets: valuesOf(secrets),
      clocksApart,
      tokenExpiresAt: ports.tokenExpiresAt(),
    },
  };
}

async function readSecret(
  { keyName, target }: AuditTarget,
  call: PatientCall,
  clocks: ClockComparison,
): Promise<Reply<AuditedSecret>> {
  const reply = await call(() => clocks.ofGithub(() => target.metadata()));
  if (!reply.ok) return reply;
  const place = { target: target.label, secret: target.secretName };
  return { ...reply, value: { updatedAt: reply.value?.updatedAt, shared: target.shared, place, keyName } };
}

/** Only for one finding of many; without it the audit goes on. */
async function readPlan({ keys, report }: AuditPorts, call: PatientCall): Promise<string | undefined> {
  const reply = await call(() => keys.account());
  if (reply.ok) return reply.value.plan;
  report({ type: 'note', note: 'account-unreadable', failure: reply.failure });
  return undefined;
}
