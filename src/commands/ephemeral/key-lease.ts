import type { ExecInputs } from '../../config/load/exec.ts';
import { keyForJob } from '../../ephemeral/engine.ts';
import { type ReleaseResult, releaseKey } from '../../ephemeral/release.ts';
import { MemoryJournal } from '../../ephemeral/remains.ts';
import { execFailure, lentState, notReturned } from '../../messages/ephemeral/exec-result.ts';
import { EphemeralLog } from '../../messages/ephemeral/log.ts';
import { givenBackLine } from '../../messages/ephemeral/result.ts';
import type { Secret } from '../../secrets/secret.ts';
import { connect, inSession } from '../connect.ts';
import type { CommandContext } from '../context.ts';
import { Gate } from '../gate.ts';
import { type OpenRevoker, revokerBearing, revokersWithInputs } from './revokers.ts';

/** A key that this process makes and gives back itself, however it ends, as long as it can still say so. */
export class KeyLease {
  readonly #inputs: ExecInputs;
  readonly #context: CommandContext;
  readonly #hand: MemoryJournal;
  readonly #log: EphemeralLog;
  #result: ReleaseResult | undefined;

  constructor(inputs: ExecInputs, context: CommandContext) {
    this.#inputs = inputs;
    this.#context = context;
    this.#hand = new MemoryJournal(inputs.settings);
    this.#log = new EphemeralLog(context.sink);
  }

  /** @returns the key; undefined: there is none, which has been told */
  async make(): Promise<Secret | undefined> {
    const { settings } = this.#inputs;
    const context = this.#context;
    const { unfinished, gate, fail } = context;
    const connection = connect(this.#inputs, context);
    const { session, keys, clock } = connection;
    const outcome = await inSession(connection, this.#inputs, context, async () => {
      unfinished.state = () => this.state();
      unfinished.cleanUp = () => Promise.all([session.close(), this.#afterAll()]);
      const report = this.#log.event;
      const shared = { keys, clock, random: Math.random, report, sessionEndsAt: session.endsAt };
      return gate.pass(keyForJob(settings, { ...shared, keeper: this.#hand, handOut: async () => {} }));
    });
    if (outcome === undefined) return undefined;
    if (outcome.kind === 'ready') return outcome.key.key;
    await this.giveBack();
    fail(execFailure(outcome, settings, this.state()));
    return undefined;
  }

  /** Revokes the key, or what may be there of one. What cannot be done is a warning. */
  async giveBack(): Promise<void> {
    const { gate, sink } = this.#context;
    const { remains } = this.#hand;
    if (remains.stage === 'nothing') return;
    const result = await gate.pass(this.#revoke(this.#context));
    if (result.kind === 'failed') sink.warning(notReturned(remains, result));
    else sink.line(givenBackLine(result));
  }

  /** In which state the key is at this moment, a line each. */
  state(): readonly string[] {
    return lentState(this.#hand.remains, this.#result);
  }

  /**
   * For an end in the middle: the gate is closed, and what is on its way may be the create. Once that has come to
   * something, the key is given back through a gate of its own.
   */
  async #afterAll(): Promise<void> {
    await this.#context.gate.settled();
    if (this.#hand.remains.stage === 'nothing') return;
    await this.#revoke({ ...this.#context, gate: new Gate() });
  }

  async #revoke(context: CommandContext): Promise<ReleaseResult> {
    const ways = this.#ways(context);
    const ports = { clock: context.gate.clock(context.clock), random: Math.random, report: this.#log.event };
    const result = await releaseKey(this.#hand.remains, ways, ports);
    // Before the log-out, which may take its time: it is true from now on.
    this.#result = result;
    await Promise.all(ways.map((way) => way.close()));
    return result;
  }

  /** Least first: the key itself can do less than the credential that it was made with. */
  #ways(context: CommandContext): readonly OpenRevoker[] {
    const { apiUrl, credential } = this.#inputs;
    const { key } = this.#hand;
    const byItself = key === undefined ? [] : [revokerBearing('key', key, apiUrl, context)];
    return [...byItself, ...revokersWithInputs(credential, apiUrl, context)];
  }
}
