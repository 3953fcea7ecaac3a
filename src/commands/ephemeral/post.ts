import { loadEphemeralCredential } from '../../config/load/ephemeral.ts';
import { parseBaseUrl } from '../../config/urls.ts';
import type { CallFailure } from '../../core/call.ts';
import { decodeNote, NOTE, type Note, type Whereabouts } from '../../ephemeral/note.ts';
import { type ReleaseResult, releaseKey } from '../../ephemeral/release.ts';
import { EphemeralLog } from '../../messages/ephemeral/log.ts';
import { givenBackLine, givingBackLine, notGivenBack } from '../../messages/ephemeral/result.ts';
import { warningSummary } from '../../messages/summary.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { CommandContext } from '../context.ts';
import { enclosed, fingerprint, isAlive, isAsItWas, networkTo } from './post-step-state.ts';
import { type OpenRevoker, revokerBearing, revokersWithInputs } from './revokers.ts';

/**
 * The post step: gives the key of the job back, from what the first step left alone. Nothing that happens here is
 * a failure of the job: what could not be done is a warning.
 */
export async function ephemeralPostCommand(context: CommandContext): Promise<void> {
  const { env, sink, gate, clock, unfinished } = context;
  const log = new EphemeralLog(sink);
  const note = decodeNote(env[`STATE_${NOTE}`] ?? '');
  const remains = note === undefined || note.stage === 'nothing' ? undefined : note;
  if (remains !== undefined && isInterposed(remains, context)) return tell(untold(remains), context);
  const ways = remains === undefined ? [] : waysFor(remains, context);
  const close = () => Promise.all(ways.map((way) => way.close()));
  unfinished.cleanUp = close;
  unfinished.state = () => [
    'the key of this job may still be alive: it ends by itself when it expires, and a later run sweeps it',
  ];
  const first = givingBackLine(note);
  if (first !== undefined) sink.line(first);
  const ports = { clock: gate.clock(clock), random: Math.random, report: log.event };
  const result = await gate.pass(releaseKey(note, ways, ports));
  // Before the log-out, which may take its time: it is true from now on.
  tell(result, context);
  await gate.pass(close());
}

function tell(result: ReleaseResult, { sink, unfinished }: CommandContext): void {
  if (result.kind !== 'failed') {
    const line = givenBackLine(result);
    unfinished.state = () => [line];
    sink.line(line);
    return;
  }
  const { annotation, lines, advice } = notGivenBack(result);
  for (const line of lines) sink.line(line);
  sink.warning(annotation);
  sink.summary(warningSummary(annotation.message, advice));
}

/** Whether a step in between has come between this one and MUTX, for which credentials are not meant. */
function isInterposed({ apiUrl, network, envelope }: Whereabouts, { env }: CommandContext): boolean {
  const base = parseBaseUrl(apiUrl);
  return base.ok && !isAsItWas(network, networkTo(base.value, env, envelope.opener));
}

function untold(remains: Exclude<Note, { stage: 'nothing' }>): ReleaseResult {
  const { name, unique } = remains;
  const minted = remains.stage === 'minted' ? remains : undefined;
  const failure: CallFailure = {
    kind: 'not-sent',
    service: 'mutx',
    call: 'giving the key back',
    status: undefined,
    code: 'network-changed',
    message:
      'the proxy or the certificate authorities of this job are not those of the first step, so no credential was sent: a step in between has set `HTTPS_PROXY`, `NODE_EXTRA_CA_CERTS` or their like',
    retryable: false,
  };
  return { kind: 'failed', id: minted?.id, name, expiresAt: minted?.expiresAt, unique, failures: [failure] };
}

/** Least first: the key itself can do less than the account's token, and that less than its password. */
function waysFor(where: Whereabouts, context: CommandContext): readonly OpenRevoker[] {
  const base = parseBaseUrl(where.apiUrl);
  if (!base.ok) return [];
  const { env, secrets, clock } = context;
  const { key, token } = enclosed(where, env, secrets);
  const given = loadEphemeralCredential(env, secrets);
  const isTheSame = given !== undefined && fingerprint(given) === where.credential;
  const bearing = (kind: 'key' | 'token', secret: Secret) =>
    revokerBearing(kind, secret, base.value, context);
  return [
    ...(key === undefined ? [] : [bearing('key', key)]),
    ...(token !== undefined && isAlive(token, clock.now()) ? [bearing('token', token)] : []),
    ...(isTheSame ? revokersWithInputs(given, base.value, context) : []),
  ];
}
