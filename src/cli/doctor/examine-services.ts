import { quietCalls, twice } from '../../commands/calls.ts';
import type { Connection } from '../../commands/connect.ts';
import type { CommandContext } from '../../commands/context.ts';
import type { RotateInputs } from '../../config/load/rotate-inputs.ts';
import type { CallFailure, Reply } from '../../core/call.ts';
import { Stopwatch } from '../../core/retry.ts';
import { createTarget } from '../../github/targets/create-target.ts';
import type { Credential } from '../../mutx/session/credential.ts';
import type { SessionFailure } from '../../mutx/session/session.ts';
import type { SecretTarget } from '../../rotation/ports.ts';
import { areClocksApart, earliestDate, readSnapshot } from '../../rotation/read-snapshot.ts';
import { eachOf, Run, valuesOf } from '../../rotation/run.ts';
import type { Snapshot } from '../../rotation/snapshot.ts';
import { type Check, warning } from './checks/check.ts';
import type { TimeSeen } from './checks/clocks.ts';
import type { Stored } from './checks/stored.ts';
import type { Prepared } from './checks/writer-token.ts';

export type KeysLook =
  /** A refresh token is good for a single use: nothing was asked. */
  | { readonly kind: 'not-asked' }
  | { readonly kind: 'refused'; readonly failure: SessionFailure }
  | { readonly kind: 'unlisted'; readonly failure: CallFailure }
  | {
      readonly kind: 'listed';
      readonly credential: Exclude<Credential, { kind: 'refresh-token' }>;
      /** Without the secrets, which are looked at later. */
      readonly look: Snapshot;
      /** Since the list was sent. */
      readonly since: Stopwatch;
      /** The plan's name. */
      readonly plan: string | undefined;
    };

/** Logs in, where there is something to log in with, and lists the keys as a rotation does. */
export async function lookAtKeys(
  { credential, settings }: RotateInputs,
  connection: Connection,
): Promise<KeysLook> {
  if (credential.kind === 'refresh-token') return { kind: 'not-asked' };
  const { session, keys, clock } = connection;
  const refused = await session.open();
  if (refused !== undefined) return { kind: 'refused', failure: refused };
  let plan: string | undefined;
  const since = new Stopwatch(clock);
  const run = new Run(settings, {
    keys,
    targets: [],
    clock,
    random: Math.random,
    report: (event) => {
      if (event.type === 'looked') plan = event.plan;
    },
    sessionEndsAt: session.endsAt,
  });
  const looked = await readSnapshot(run, { places: undefined, full: false, conflicted: false });
  if (looked.ok) return { kind: 'listed', credential, look: looked.look, since, plan };
  const [failure] = looked.failure.failures;
  if (failure === undefined) throw new Error('a look that failed names its call');
  return { kind: 'unlisted', failure };
}

interface PlacesLook {
  readonly prepared: readonly Prepared[];
  readonly stored: readonly Stored[];
  /** With the secrets; undefined where the keys could not be listed. */
  readonly look: Snapshot | undefined;
  readonly time: TimeSeen | undefined;
  /** At least one could be read, so that the token is good for something. */
  readonly anyRead: boolean;
  readonly warnings: readonly Check[];
}

/** Reads what a write to each target would need, and when each secret was written, after the list of the keys. */
export async function lookAtPlaces(
  inputs: RotateInputs,
  { github, clock }: Connection,
  { secrets }: CommandContext,
  keys: KeysLook | undefined,
): Promise<PlacesLook> {
  if (github === undefined) throw new Error('a rotation has a github-token: its inputs say so');
  const { audience, createEnvironment, settings, refreshTokenSecret } = inputs;
  const dependencies = { github, secrets, audience, createEnvironment };
  const call = quietCalls(clock);
  let time: TimeSeen | undefined;
  const read = async (target: SecretTarget) => {
    const ready = await call(() => target.prepare(), twice);
    if (ready.ok && ready.date !== undefined) time ??= { service: ready.date, machine: clock.now() };
    if (!ready.ok) return ready;
    return call(() => target.metadata(), twice);
  };
  const targets = inputs.targets.map((target) => createTarget(target, dependencies));
  const replies = await eachOf(targets, settings.concurrency, read);
  const prepared: Prepared[] = targets.map(({ label }, at) => ({
    label,
    about: 'target',
    failure: failureOf(replies[at]),
  }));
  if (refreshTokenSecret !== undefined) {
    const successor = createTarget(refreshTokenSecret, dependencies);
    const reply = await call(() => successor.prepare(), twice);
    const label = `${successor.label} (for the refresh token's successor)`;
    prepared.push({ label, about: 'successor', failure: failureOf(reply) });
  }
  const stored = targets.flatMap(({ label, secretName, shared }, at) => {
    const reply = replies[at];
    if (reply?.ok !== true) return [];
    return [{ target: label, secret: secretName, stored: { updatedAt: reply.value?.updatedAt, shared } }];
  });
  return {
    prepared,
    stored,
    look: keys?.kind === 'listed' ? withSecrets(keys, stored, replies) : undefined,
    time,
    anyRead: replies.some((reply) => reply.ok),
    warnings: refreshTokenSecret?.kind === 'repository' ? [QUEUED] : [],
  };
}

const QUEUED = warning(
  'successor',
  'the refresh token is kept as a secret of a repository, which a run reads when it is queued: by the time it starts the token may be spent',
  'keep it as a secret of an environment, and name that in `refresh-token-secret`: `owner/repo@environment as NAME`',
);

function withSecrets(
  { look, since }: Extract<KeysLook, { kind: 'listed' }>,
  stored: readonly Stored[],
  replies: readonly Reply<unknown>[],
): Snapshot {
  const all = valuesOf(replies).length === replies.length;
  return {
    ...look,
    githubDate: earliestDate(replies),
    secrets: all ? stored.map((one) => one.stored) : undefined,
    clocksApart: areClocksApart(
      look.date,
      replies.filter((reply) => reply.ok),
      since.elapsed(),
    ),
  };
}

function failureOf(reply: Reply<unknown> | undefined): CallFailure | undefined {
  return reply?.ok === false ? reply.failure : undefined;
}
