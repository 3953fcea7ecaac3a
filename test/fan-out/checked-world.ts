import { expect } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../packages/emulator/src/index.ts';
import type { StepResult } from '../../scripts/runner.ts';
import { exchangeLog } from '../contract/validate-exchange.ts';
import { expectNoLeak } from '../scenarios/leaks.ts';
import { HERE, type RotateOptions, World } from '../scenarios/world.ts';

export const KEY_NAME = 'shared key';

/**
 * The action as the runner starts it, in front of both services. Closing it asserts that every request and every
 * reply was as the services' own descriptions say, and that no request was one that no well-made client sends.
 */
export class CheckedWorld extends World {
  readonly #problems: readonly string[];

  constructor(
    problems: readonly string[],
    ...[emulator, user, credentials]: ConstructorParameters<typeof World>
  ) {
    super(emulator, user, credentials);
    this.#problems = problems;
  }

  /** A run with these targets under one key name; no credential leaks from it. */
  async fanOut(targets: readonly string[], options: RotateOptions = {}): Promise<StepResult> {
    const inputs = { targets: targets.join('\n'), 'key-name': KEY_NAME, ...options.inputs };
    const run = await this.rotate({ ...options, inputs });
    await expectNoLeak(run, this);
    return run;
  }

  /** The plaintext of the one key of the name that is alive. */
  get key(): string {
    const [key, ...others] = this.active(KEY_NAME);
    expect(others).toEqual([]);
    return key?.plaintext ?? 'no key';
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    expect(this.emulator.ledger.unexpected()).toEqual([]);
    expect(this.#problems).toEqual([]);
  }
}

export async function startCheckedWorld(options: EmulatorOptions = {}) {
  const { problems, onExchange } = exchangeLog();
  const credentials = new Set<string>();
  const emulator = await startEmulator({
    ...options,
    onExchange: (exchange) => {
      onExchange(exchange);
      options.onExchange?.(exchange);
      const { key } = (exchange.reply?.body ?? {}) as { key?: unknown };
      if (exchange.server === 'mutx' && typeof key === 'string') credentials.add(key);
    },
  });
  emulator.github.addRepository(HERE);
  return new CheckedWorld(problems, emulator, emulator.mutx.addUser({ plan: 'PRO' }), credentials);
}

export interface TargetOutput {
  readonly target: string;
  readonly secret: string;
  readonly status: string;
  readonly error?: string;
}

/** The output `targets`. */
export function targetsOf(run: StepResult): readonly TargetOutput[] {
  return JSON.parse(run.outputs['targets'] ?? '') as TargetOutput[];
}
