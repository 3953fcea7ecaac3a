import { type Connection, connect } from '../../commands/connect.ts';
import type { CommandContext } from '../../commands/context.ts';
import { probe } from '../../commands/mutx-time.ts';
import { judgeExpiry } from '../../commands/usable-inputs.ts';
import type { RotateInputs } from '../../config/load/rotate-inputs.ts';
import type { InputProblem, Loaded } from '../../config/problem.ts';
import type { Reply } from '../../core/call.ts';
import { tokenExpiryWarning } from '../../github/token-expiry.ts';
import { wayTo } from '../../http/proxy.ts';
import { whatIsWrong } from '../../messages/failure.ts';
import type { Generation } from '../../mutx/api.ts';
import type { Credential } from '../../mutx/session/credential.ts';
import { withUse } from '../../rotation/other-targets.ts';
import { makePlan, type Plan } from '../../rotation/plan.ts';
import { type Check, fine, fixOf, problem, warning, wouldWork } from './checks/check.ts';
import { clockChecks, type TimeSeen } from './checks/clocks.ts';
import { acceptedCheck, claimChecks, refusedCheck } from './checks/credential.ts';
import { keyChecks, roomCheck } from './checks/plan.ts';
import { noProxyChecks, proxyChecks } from './checks/proxies.ts';
import { isLoopback, isOutOfReach } from './checks/reach.ts';
import { storedChecks } from './checks/stored.ts';
import { expiryChecks, placeChecks } from './checks/writer-token.ts';
import { type KeysLook, lookAtKeys, lookAtPlaces } from './examine-services.ts';

interface Examination {
  readonly checks: readonly Check[];
  /** What a rotation would do; undefined where that cannot be known. */
  readonly plan: Plan | undefined;
}

/**
 * Looks at everything that a rotation with these inputs depends on, and changes nothing: a service account is logged
 * in and out again, a refresh token is not used at all, no write is tried.
 */
export async function examine(loaded: Loaded<RotateInputs>, context: CommandContext): Promise<Examination> {
  const { credential: given } = loaded.ok ? loaded.value : loaded;
  const judged = given && (await judgeExpiry(given, loaded.ok ? loaded.value.apiUrl : undefined, context));
  const inputs = inputChecks(loaded, judged?.problems ?? []);
  if (!loaded.ok || !wouldWork(inputs)) return { checks: inputs, plan: undefined };
  const ways = wayChecks(loaded.value, context);
  if (!wouldWork(ways)) return { checks: [...inputs, ...ways], plan: undefined };
  const usable = judged === undefined ? loaded.value : { ...loaded.value, credential: judged.credential };
  const { checks, plan } = await examineServices(usable, context);
  return { checks: [...inputs, ...ways, ...checks], plan };
}

const MEANT = 'change it, or leave it as it is if that is meant';

function inputChecks(loaded: Loaded<RotateInputs>, expired: readonly InputProblem[]): readonly Check[] {
  const problems = [...expired, ...(loaded.ok ? [] : loaded.problems)];
  const usable = problems.length === 0 ? [fine('inputs', 'the inputs can be used')] : [];
  return [
    ...usable,
    ...problems.map((one) => problem('inputs', whatIsWrong(one), one.fix)),
    ...loaded.warnings.map((text) => warning('inputs', text, MEANT)),
  ];
}

function wayChecks({ apiUrl, githubApiUrl }: RotateInputs, { env }: CommandContext): readonly Check[] {
  const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
  const proxied = names.some((name) => (env[name] ?? '') !== '');
  return [
    ...proxyChecks(wayTo(apiUrl), wayTo(githubApiUrl), proxied),
    ...(proxied ? noProxyChecks(env) : []),
  ];
}

async function examineServices(inputs: RotateInputs, context: CommandContext): Promise<Examination> {
  const { gate, unfinished, sink } = context;
  const told: string[] = [];
  // What a session tells is told as a check, or not at all.
  const quiet = {
    ...sink,
    line: () => {},
    summary: () => {},
    warning: ({ message }: { readonly message: string }) => told.push(message),
  };
  const { audience, createEnvironment } = inputs;
  const connection = connect(
    inputs,
    { ...context, sink: quiet },
    { audience, createEnvironment, tokenExpiryIsTold: true },
  );
  unfinished.cleanUp = () => connection.session.close();
  const examination = await gate.pass(examineConnected(inputs, connection, context));
  await gate.pass(connection.close());
  const open = told.map((text) => warning('credential', text, 'nothing has to be done: it ends by itself'));
  return { ...examination, checks: [...examination.checks, ...open] };
}

async function examineConnected(
  inputs: RotateInputs,
  connection: Connection,
  context: CommandContext,
): Promise<Examination> {
  const { clock, github } = connection;
  const { settings, credential } = inputs;
  const reached = await probe(connection.api, clock);
  const mutxTime = timeOf(reached, clock.now());
  const keys = reached.ok ? await lookAtKeys(inputs, connection) : undefined;
  const places = await lookAtPlaces(inputs, connection, context, keys);
  const { look, stored } = places;
  const labels = stored.map(({ target }) => target);
  const plan = look && withUse(makePlan(look, settings, false), look, labels, settings.keyName);
  const ends = github?.tokenExpiresAt;
  return {
    plan,
    checks: [
      reachedCheck(reached, inputs),
      ...credentialChecks(credential, keys, clock.now()),
      ...(look && plan && keys?.kind === 'listed' ? [roomCheck(look, plan, settings, keys.plan)] : []),
      ...(places.anyRead ? expiryChecks(ends, tokenExpiryWarning(ends, clock.now())) : []),
      ...placeChecks(places.prepared),
      ...places.warnings,
      ...clockChecks(mutxTime, places.time, [inputs.apiUrl, inputs.githubApiUrl].every(isLoopback)),
      ...(look ? storedChecks(stored, look, settings.keyName) : []),
      ...(plan ? keyChecks(plan, settings) : []),
    ],
  };
}

/** @param keys undefined: MUTX is not to be reached */
function credentialChecks(credential: Credential, keys: KeysLook | undefined, now: number): readonly Check[] {
  const claims = claimChecks(credential, now);
  switch (keys?.kind) {
    case undefined:
    case 'not-asked':
      return claims;
    case 'refused': {
      const { code, message, cause } = keys.failure;
      return [problem('credential', message, fixOf({ ...cause, code }))];
    }
    case 'unlisted':
      return [refusedCheck(credential, keys.failure)];
    case 'listed':
      return claims.length > 0 ? claims : [acceptedCheck(keys.credential, now)];
  }
}

function reachedCheck(reached: Reply<Generation>, { apiUrl }: RotateInputs): Check {
  if (reached.ok) {
    const generation = reached.value === 'v1' ? 'v1' : 'as documented, without /v1';
    const onlyHere = isOutOfReach(apiUrl) ? `; a runner that GitHub hosts cannot reach this \`api-url\`` : '';
    return fine(
      'mutx',
      `MUTX: reachable at ${apiUrl.origin}${apiUrl.pathname} (API ${generation})${onlyHere}`,
    );
  }
  return problem(
    'mutx',
    `MUTX is not to be reached at ${apiUrl.origin}${apiUrl.pathname}: ${reached.failure.message}`,
    fixOf(reached.failure),
  );
}

function timeOf(reply: Reply<unknown>, machine: number): TimeSeen | undefined {
  return reply.ok && reply.date !== undefined ? { service: reply.date, machine } : undefined;
}
