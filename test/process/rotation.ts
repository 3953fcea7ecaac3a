import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { StepResult } from '../../scripts/runner.ts';
import type { Halt } from './halt.ts';

/** Who is told of the process that is started in its context. */
const starter = new AsyncLocalStorage<(child: ChildProcess) => void>();

// The runner keeps the process to itself. Node tells of each one that is made, in the context of whoever makes it.
subscribe('child_process', (message) => {
  starter.getStore()?.((message as { readonly process: ChildProcess }).process);
});

/** A run of the action that goes on while the test does something else. */
export class Rotation implements AsyncDisposable {
  /** What it left, once it has ended in whatever way. */
  readonly ended: Promise<StepResult>;
  #child: ChildProcess | undefined;

  constructor(run: () => Promise<StepResult>) {
    this.ended = starter.run((child) => {
      this.#child = child;
    }, run);
  }

  /** @throws Error it ended without getting there */
  async reaches(halt: Halt): Promise<void> {
    if ((await this.reachesOrEnds(halt)) === 'reached') return;
    throw new Error(`ended without ${halt.request}:\n${(await this.ended).log.join('\n')}`);
  }

  reachesOrEnds(halt: Halt): Promise<'reached' | 'ended'> {
    return Promise.race([
      halt.reached.then(() => 'reached' as const),
      this.ended.then(() => 'ended' as const),
    ]);
  }

  /** SIGSTOP and SIGKILL take hold before the process can see anything that is sent to it after this call. */
  signal(signal: NodeJS.Signals): void {
    if (this.#child?.kill(signal) !== true) throw new Error(`nobody there to get ${signal}`);
  }

  /** Nothing of it stays behind, whatever became of the test. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.ended;
  }
}
