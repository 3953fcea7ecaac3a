import type { Reply } from '../../core/call.ts';
import { CALL_PATIENCE } from '../../core/limits.ts';
import { type Retrying, type RetryPolicy, Stopwatch, tryCall } from '../../core/retry.ts';
import type { Clock, Duration } from '../../core/time.ts';
import type { HttpReply } from '../../http/result.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { MutxApi } from '../api.ts';
import { credential, masked } from '../decode.ts';
import { type Decoded, decoded, Fields } from '../fields.ts';

/** What a log-in and an exchange give. */
export interface TokenPair {
  readonly access: Secret;
  readonly refresh: Secret;
  /** Of the access token, from when it was made. */
  readonly lifetime: Duration;
}

interface TokenReply {
  readonly reply: Reply<TokenPair>;
  /** Started just before the request that this is the reply to was sent. */
  readonly since: Stopwatch;
}

/**
 * `POST /auth/login` or `/auth/refresh`. MUTX takes ten of them a minute, and a spent refresh token must not be
 * used again: asked again only where it is certain that nothing was done, and by a limit only if it says when.
 */
export async function askForTokens(
  api: MutxApi,
  path: '/auth/login' | '/auth/refresh',
  body: () => unknown,
  retrying: Retrying,
): Promise<TokenReply> {
  let since = new Stopwatch(retrying.clock);
  const reply = await tryCall(
    () => {
      since = new Stopwatch(retrying.clock);
      return api.ask(
        () => ({ method: 'POST', path, body: body() }),
        (answered) => pairOf(answered, api.secrets),
      );
    },
    neverTwice(retrying.clock),
    retrying,
  );
  return { reply, since };
}

function neverTwice(clock: Clock): RetryPolicy {
  const watch = new Stopwatch(clock);
  return {
    tries: 3,
    again: ({ kind, retryAfter }) =>
      kind === 'not-sent' || (kind === 'throttled' && retryAfter !== undefined),
    timeLeft: () => CALL_PATIENCE - watch.elapsed(),
  };
}

/** Both tokens are masked before anything else of the reply is read, also where one of them is none. */
function pairOf({ status, body }: HttpReply, secrets: SecretRegistry): Decoded<TokenPair> | undefined {
  if (status !== 200) return undefined;
  return decoded(() => {
    const fields = new Fields(body.kind === 'json' ? body.value : undefined, 'the reply');
    for (const name of ['access_token', 'refresh_token']) masked(fields, name, secrets);
    return {
      access: credential(fields, 'access_token', secrets),
      refresh: credential(fields, 'refresh_token', secrets),
      lifetime: fields.countAboveZero('expires_in') * 1_000,
    };
  });
}
