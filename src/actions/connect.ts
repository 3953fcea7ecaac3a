import { GithubClient } from '../github/client.ts';
import { createTarget } from '../github/create-target.ts';
import { paced, writesWithin } from '../github/pace.ts';
import { tokenExpiryWarning } from '../github/token-expiry.ts';
import { HttpClient } from '../http/client.ts';
import type { RequestLine } from '../http/result.ts';
import type { RotateInputs } from '../inputs/rotate-inputs.ts';
import { MutxApi } from '../mutx/api.ts';
import { createKeyService } from '../mutx/client.ts';
import { credentialWarning } from '../report/annotations.ts';
import { requestText } from '../report/log.ts';
import { logSession } from '../report/session-log.ts';
import type { Sink } from '../report/sink.ts';
import type { RotationPorts } from '../rotation/ports.ts';
import type { SecretRegistry } from '../secrets/registry.ts';
import { createSession } from '../session/create-session.ts';
import type { Session } from '../session/session.ts';
import { clock } from './clock.ts';

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
  /** Show each request: method, path, status, time. */
  readonly debug: boolean;
}

/** Puts the pieces together that a rotation works with. */
export function connect(inputs: RotateInputs, { secrets, sink, debug }: ConnectOptions): Connection {
  const onRequest = (line: RequestLine) => {
    if (debug) sink.debug(requestText(line));
  };
  const client = (service: 'mutx' | 'github', baseUrl: URL) =>
    new HttpClient({ service, baseUrl, userAgent: USER_AGENT, onRequest });
  const mutx = client('mutx', inputs.apiUrl);
  const githubHttp = client('github', inputs.githubApiUrl);
  const github = new GithubClient({ http: githubHttp, token: inputs.githubToken, clock });
  const { audience, createEnvironment, refreshTokenSecret } = inputs;
  const dependencies = { github, secrets, audience, createEnvironment };
  const api = new MutxApi(mutx, secrets);
  const session = createSession(inputs.credential, {
    api,
    clock,
    random: Math.random,
    report: (event) => logSession(event, sink),
    successor: refreshTokenSecret && createTarget(refreshTokenSecret, dependencies),
  });
  const targets = inputs.targets.map((target) => createTarget(target, dependencies));
  return {
    session,
    ports: {
      keys: createKeyService(api, session),
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
