import type { Emulator, EmulatorOptions } from '../../../packages/emulator/src/index.ts';
import type { CommandContext } from '../../../src/commands/context.ts';
import { ephemeralCommand } from '../../../src/commands/ephemeral/ephemeral.ts';
import { ephemeralPostCommand } from '../../../src/commands/ephemeral/post.ts';
import { Gate } from '../../../src/commands/gate.ts';
import type { FailureReport } from '../../../src/messages/failure.ts';
import { guarded } from '../../../src/messages/guard.ts';
import { SecretRegistry } from '../../../src/secrets/registry.ts';
import { Machine } from '../../credentials/machine.ts';
import { RecordingSink } from '../../messages/recording-sink.ts';
import { HERE, startWorld, type World } from '../../scenarios/world.ts';

const START = Date.UTC(2026, 0, 5, 3);

/** What one phase left. */
export interface Phase {
  readonly sink: RecordingSink;
  readonly failures: readonly FailureReport[];
  readonly log: string;
}

/** Both phases of the action in this process, by the clock of a machine that a test moves. */
export class Here implements AsyncDisposable {
  readonly machine: Machine;
  readonly world: World;

  constructor(machine: Machine, world: World) {
    this.machine = machine;
    this.world = world;
  }

  get mutx(): Emulator['mutx'] {
    return this.world.emulator.mutx;
  }

  main(inputs: Readonly<Record<string, string>>): Promise<Phase> {
    return this.#phase(ephemeralCommand, inputs, {});
  }

  post(main: Phase, inputs: Readonly<Record<string, string>> = {}): Promise<Phase> {
    const { states, variables } = main.sink;
    const state = [...states].map(([name, value]) => [`STATE_${name}`, value] as const);
    return this.#phase(ephemeralPostCommand, inputs, {
      ...Object.fromEntries(state),
      ...Object.fromEntries(variables),
    });
  }

  async #phase(
    verb: (context: CommandContext) => Promise<void>,
    inputs: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>>,
  ): Promise<Phase> {
    const sink = new RecordingSink();
    const failures: FailureReport[] = [];
    const secrets = new SecretRegistry(() => {});
    const given = Object.entries({ 'api-url': this.mutx.url, ...inputs });
    await verb({
      env: {
        GITHUB_REPOSITORY: HERE,
        GITHUB_RUN_ID: '4242',
        GITHUB_RUN_ATTEMPT: '1',
        GITHUB_JOB: 'test',
        ...Object.fromEntries(given.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
        ...env,
      },
      secrets,
      sink: guarded(sink, secrets),
      clock: this.machine,
      gate: new Gate(),
      unfinished: { state: () => [], cleanUp: async () => {} },
      fail: (report) => failures.push(report),
    });
    return { sink, failures, log: sink.calls.join('\n') };
  }

  /** Active keys with a per-run name. */
  alive() {
    return this.mutx.activeKeys(this.world.user).filter(({ name }) => name.includes('/run/'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]();
  }
}

export async function here(options: Omit<EmulatorOptions, 'github'> & { plan?: string } = {}): Promise<Here> {
  const machine = new Machine(START);
  const world = await startWorld({ ...options, mutx: { ...options.mutx, machineClock: machine.now } });
  return new Here(machine, world);
}
