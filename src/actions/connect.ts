import { GithubClient } from '../github/client.ts';
import { createTarget } from '../github/create-target.ts';
import { paced, writesWithin } from '../github/pace.ts';
import { tokenExpiryWarning } from '../github/token-expiry.ts';
import { HttpClient } from '../http/client.ts';
import type { HttpRequest, RequestLine } from '../http/result.ts';
import type { RotateInputs } from '../inputs/rotate-inputs.ts';
import { MutxApi } from '../mutx/api.ts';
import { createKeyService } from '../mutx/client.ts';
import { createOwnKeyService } from '../mutx/own-key.ts';
import { credentialWarning } from '../report/annotations.ts';
import { requestText } from '../report/log.ts';
import { logSession } from '../report/session-log.ts';
import type { Sink } from '../report/sink.ts';
import type { Clock, RotationPorts } from '../rotation/ports.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import { createSession } from '../session/create-session.ts';
import type { Session } from '../session/session.ts';
import type { Gate } from './gate.ts';

const USER_AGENT = 'mutx-api-key-action';

/** The two services, ready to be called; nothing has been called yet. */
export interface Connection {
  readonly session: Session;
  readonly ports: Omit<RotationPorts, 'report'>;
  /** Ends the session and gives up the connections. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly secrets: SecretRegistry;
  readonly sink: Sink;
  readonly clock: Clock;
  readonly gate: Gate;
  /** Show each request: method, path, status, time. */
  readonly debug: boolean;
}

/** Puts the pieces together that a rotation works with. */
export function connect(inputs: RotateInputs, options: ConnectOptions): Connection {
  const { secrets, sink, clock: machineClock, gate, debug } = options;
  const clock = gate.clock(machineClock);
  const onRequest = (line: RequestLine) => {
    if (debug) sink.debug(requestText(line));
  };
  const client = (service: 'mutx' | 'github', baseUrl: URL) =>
    new HttpClient({ service, baseUrl, userAgent: USER_AGENT, onRequest });
  const mutx = client('mutx', inputs.apiUrl);
  const githubHttp = client('github', inputs.githubApiUrl);
  const token = inputs.githubToken;
  const github = new GithubClient({ http: gate.requests(githubHttp), token, clock });
  const { audience, createEnvironment, credential, refreshTokenSecret } = inputs;
  const dependencies = { github, secrets, audience, createEnvironment };
  const api = new MutxApi(gate.requests(mutx, isLogout), secrets);
  // Past the gate: a successor whose predecessor is spent has to be stored, whatever else comes to an end.
  const keeper = new GithubClient({ http: githubHttp, token, clock: machineClock });
  const session = createSession(credential, {
    api,
    clock: machineClock,
    random: Math.random,
    report: (event) => logSession(event, sink),
    successor: refreshTokenSecret && createTarget(refreshTokenSecret, { ...dependencies, github: keeper }),
  });
  const targets = inputs.targets.map((target) => createTarget(target, dependencies));
  return {
    session,
    ports: {
      keys: credential.kind === 'opaque' ? createOwnKeyService(api, session) : createKeyService(api, session),
      targets: paced(targets, clock),
      writesWithin,
      clock,
      random: Math.random,
      sessionEndsAt: session.endsAt,
    },
    close: async () => {
      await session.close();
      const expiry = tokenExpiryWarning(github.tokenExpiresAt, clock.now());
      if (expiry !== undefined) sink.warning(credentialWarning(expiry.message));
      mutx.close();
      githubHttp.close();
    },
  };
}

function isLogout({ path }: HttpRequest): boolean {
  return path.endsWith('/auth/logout');
}
