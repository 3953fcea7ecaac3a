import { expect } from 'vitest';
import {
  type Emulator,
  type GithubOptions,
  startEmulator,
  type TokenOptions,
} from '../../packages/emulator/src/index.ts';
import type { Target } from '../../src/config/targets.ts';
import type { Clock } from '../../src/core/time.ts';
import { GithubClient } from '../../src/github/client.ts';
import { createTarget, type TargetDependencies } from '../../src/github/targets/create-target.ts';
import { HttpClient } from '../../src/http/client.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';
import { exchangeLog } from '../contract/validate-exchange.ts';

/** The time of a server, and of a client, that passes only where someone sleeps, and then at once. */
export class JumpingClock implements Clock {
  time = Date.UTC(2026, 10, 1, 12);

  now() {
    return this.time;
  }

  monotonic() {
    return this.time;
  }

  sleep(duration: number): Promise<void> {
    const until = this.time + duration;
    return Promise.resolve().then(() => {
      this.time = Math.max(this.time, until);
    });
  }
}

export interface World extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly client: GithubClient;
  readonly secrets: SecretRegistry;
  readonly clock: JumpingClock;
  target(
    target: Target,
    options?: Omit<TargetDependencies, 'github' | 'secrets'>,
  ): ReturnType<typeof createTarget>;
}

/**
 * The emulator's GitHub, and our client with a token of it. Closing it asserts that every request was well made,
 * in the emulator's eyes and by GitHub's own description.
 */
export async function startWorld(
  options: { token?: TokenOptions; github?: GithubOptions } = {},
): Promise<World> {
  const clock = new JumpingClock();
  const log = exchangeLog();
  const emulator = await startEmulator({
    onExchange: (exchange) => log.onExchange(exchange),
    github: { machineClock: () => clock.time, ...options.github },
  });
  const secrets = new SecretRegistry(() => {});
  const http = new HttpClient({
    baseUrl: new URL(emulator.github.url),
    service: 'github',
    userAgent: 'test',
  });
  const token = secrets.admit(emulator.github.issueToken(options.token));
  const client = new GithubClient({ http, token, clock });
  return {
    emulator,
    client,
    secrets,
    clock,
    target: (target, more = {}) => createTarget(target, { github: client, secrets, ...more }),
    async [Symbol.asyncDispose]() {
      http.close();
      await emulator.close();
      expect(emulator.ledger.unexpected()).toEqual([]);
      expect(log.problems).toEqual([]);
    },
  };
}
