import { isForAJob } from '../audit/policy.ts';
import type { Access } from '../config/load/access.ts';
import type { Clock } from '../core/time.ts';
import type { RecentKeys } from '../ephemeral/ports.ts';
import { GithubClient } from '../github/client.ts';
import { createTarget, type TargetDependencies } from '../github/targets/create-target.ts';
import { tokenExpiryWarning } from '../github/token-expiry.ts';
import { HttpClient } from '../http/client.ts';
import type { HttpRequest, RequestLine } from '../http/result.ts';
import { credentialWarning } from '../messages/annotations.ts';
import { requestText, retryText } from '../messages/log.ts';
import { logSession, sessionFailure, spendingState } from '../messages/session-log.ts';
import { unreadLine, unreadWarning } from '../messages/sink.ts';
import { MutxApi } from '../mutx/api.ts';
import { createKeyService, type MutxClient } from '../mutx/client.ts';
import { createOwnKeyService } from '../mutx/own-key.ts';
import type { ReadingPorts } from '../mutx/pages.ts';
import { createSession } from '../mutx/session/create-session.ts';
import type { Session } from '../mutx/session/session.ts';
import type { KeyService } from '../rotation/ports.ts';
import type { Secret } from '../secrets/secret.ts';
import type { CommandContext } from './context.ts';

export const USER_AGENT = 'mutx-api-key-action';

/** What the place for a refresh token's successor may need, where it does not exist yet. */
interface ConnectOptions extends Pick<TargetDependencies, 'audience' | 'createEnvironment'> {
  /** The verb itself tells that the writer token is about to end. */
  readonly tokenExpiryIsTold?: boolean;
  /** Revoked keys of jobs, of which an account has thousands, are kept in memory for these names only; default: all. */
  readonly keyNames?: ReadonlySet<string>;
}

/** The two services, ready to be called; nothing has been called yet. */
export interface Connection {
  /** MUTX without a credential. */
  readonly api: MutxApi;
  readonly session: Session;
  readonly keys: KeyService & RecentKeys;
  /** The same, without regard to which key the credential may be. */
  readonly client: MutxClient;
  /** GitHub with the token that was given; undefined: there is none. */
  readonly github: GithubClient | undefined;
  /** That of the context, behind the gate. */
  readonly clock: Clock;
  /** Ends the session and gives up the connections. */
  close(): Promise<void>;
}

/** Puts together what a verb calls the services with. */
export function connect(access: Access, context: CommandContext, options: ConnectOptions = {}): Connection {
  const { tokenExpiryIsTold = false, keyNames, ...creating } = options;
  const { secrets, sink, clock: machineClock, gate, env } = context;
  const clock = gate.clock(machineClock);
  const debug = env['RUNNER_DEBUG'] === '1';
  const onRequest = (line: RequestLine) => {
    if (debug) sink.debug(requestText(line));
  };
  const client = (service: 'mutx' | 'github', baseUrl: URL) =>
    new HttpClient({ service, baseUrl, userAgent: USER_AGENT, onRequest });
  const mutx = client('mutx', access.apiUrl);
  const githubHttp = client('github', access.githubApiUrl);
  const api = new MutxApi(gate.requests(mutx, isLogout), secrets);
  const { credential, githubToken, refreshTokenSecret } = access;
  const github =
    githubToken && new GithubClient({ http: gate.requests(githubHttp), token: githubToken, clock });
  // Past the gate: a successor whose predecessor is spent has to be stored, whatever else comes to an end.
  const keeper = (token: Secret) => new GithubClient({ http: githubHttp, token, clock: machineClock });
  const session = createSession(credential, {
    api,
    clock: machineClock,
    random: Math.random,
    report: (event) => logSession(event, sink),
    successor:
      refreshTokenSecret &&
      githubToken &&
      createTarget(refreshTokenSecret, { github: keeper(githubToken), secrets, ...creating }),
  });
  const reading = readingPorts(clock, sink, keyNames);
  const mutxClient = createKeyService(api, session, reading);
  return {
    api,
    session,
    client: mutxClient,
    keys: credential.kind === 'opaque' ? createOwnKeyService(api, session, reading) : mutxClient,
    github,
    clock,
    close: async () => {
      await session.close();
      const expiry = tokenExpiryWarning(github?.tokenExpiresAt, clock.now());
      if (expiry !== undefined && !tokenExpiryIsTold) sink.warning(credentialWarning(expiry.message));
      mutx.close();
      githubHttp.close();
    },
  };
}

/** A run that reads the list several times reports what was not read once. */
function readingPorts(
  clock: Clock,
  sink: Pick<CommandContext['sink'], 'line' | 'warning'>,
  keyNames: ReadonlySet<string> | undefined,
): ReadingPorts {
  const reported = new Set<string>();
  return {
    clock,
    random: Math.random,
    onRetry: (failure, attempt, wait) => sink.line(retryText(failure, attempt, wait)),
    onUnread: ({ since, because }) => {
      if (reported.has(because)) return;
      reported.add(because);
      if (because === 'time') sink.warning(unreadWarning(since));
      else sink.line(unreadLine(since));
    },
    ...(keyNames === undefined ? {} : { keepsRevoked: (key) => keyNames.has(key.name) || !isForAJob(key) }),
  };
}

function isLogout({ path }: HttpRequest): boolean {
  return path.endsWith('/auth/logout');
}

/**
 * Opens the session, does the work and closes it, whatever the work came to.
 * @returns what the work returned; undefined: there is no session, which has been told
 */
export async function inSession<T>(
  connection: Connection,
  { refreshTokenSecret }: Pick<Access, 'refreshTokenSecret'>,
  { gate, unfinished, fail }: CommandContext,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const untouched = unfinished.state;
  unfinished.cleanUp = () => connection.session.close();
  if (refreshTokenSecret !== undefined) unfinished.state = () => spendingState(refreshTokenSecret);
  const refused = await gate.pass(connection.session.open());
  if (refused !== undefined) {
    await gate.pass(connection.close());
    fail(sessionFailure(refused));
    return undefined;
  }
  unfinished.state = untouched;
  const result = await gate.pass(work());
  await gate.pass(connection.close());
  return result;
}
