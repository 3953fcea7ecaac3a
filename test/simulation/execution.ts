import { MARGIN } from '../../src/rotation/constants.ts';
import type { rotate } from '../../src/rotation/engine.ts';
import type { Outcome } from '../../src/rotation/outcome.ts';
import type { CallFailure, FailureKind, Reply, RotationPorts } from '../../src/rotation/ports.ts';
import type { RotationSettings } from '../../src/rotation/settings.ts';
import { Secret } from '../../src/secrets/secret.ts';
import { hash } from './hash.ts';
import { type Deed, type Fault, LINGER, type Scenario, settingsOf } from './scenario.ts';
import { FOREIGN, World } from './world.ts';

export type Rotate = typeof rotate;

/** One thing that can happen next, named so that a schedule can be printed, read and played again. */
export interface Action {
  readonly label: string;
  /** Which run it moves; undefined: time, people or the network. */
  readonly run: number | undefined;
  readonly kind: 'start' | 'step' | 'fault' | 'tick' | 'deed' | 'arrival';
  readonly perform: () => void;
}

/** A call that waits for the scheduler to say what becomes of it. */
interface Call {
  readonly label: string;
  readonly service: 'mutx' | 'github';
  readonly mutates: boolean;
  /** Done at the server, now. */
  readonly apply: () => Reply<unknown>;
  readonly answer: (reply: Reply<unknown>) => void;
  /** The engine's deadline check, asked when the bytes leave. */
  readonly mayStart: (() => boolean) | undefined;
}

interface Sleeper {
  readonly number: number;
  readonly until: number;
  readonly wake: () => void;
}

interface OnItsWay {
  readonly label: string;
  readonly run: number;
  readonly by: number;
  readonly arrive: () => void;
}

interface SimulatedRun {
  status: 'idle' | 'running' | 'done' | 'dead';
  readonly calls: Map<string, Call>;
  readonly sleepers: Set<Sleeper>;
  /** Everything the run has been told, in order; with it, its state is determined. */
  history: number;
  faultsLeft: number;
  /** How far its clocks are behind true time: a suspended machine's stand still. */
  behind: number;
  made: number;
  counter: number;
  outcome: Outcome | undefined;
}

/**
 * One schedule, executed: the real engine over ports whose every await belongs to the scheduler. Between two
 * actions all runs are blocked on calls or sleeps, so that a state is (servers, time, what each run was told).
 */
export class Execution {
  readonly scenario: Scenario;
  readonly world: World;
  readonly #rotate: Rotate;
  #settings: RotationSettings;
  readonly #runs: SimulatedRun[] = [];
  readonly #network: OnItsWay[] = [];
  #ticksLeft: number;
  #deedsLeft: number;
  readonly violations: string[];

  constructor(scenario: Scenario, rotate: Rotate) {
    this.scenario = scenario;
    this.#rotate = rotate;
    this.#settings = settingsOf(scenario);
    this.world = new World({
      targets: scenario.targets,
      places: scenario.places,
      planKnown: scenario.planKnown ?? true,
      githubSkew: scenario.githubSkew ?? 0,
    });
    this.violations = this.world.violations;
    scenario.start?.(this.world);
    this.#ticksLeft = scenario.maxTicks;
    this.#deedsLeft = scenario.maxDeeds ?? 0;
    for (let run = 0; run < scenario.runs; run++) this.#runs.push(freshRun(scenario.faultsPerRun));
  }

  /** What can happen now. Empty: the schedule has ended. */
  actions(): Action[] {
    const actions: Action[] = [];
    this.#runs.forEach((run, index) => {
      this.#actionsOf(run, index, actions);
    });
    for (const arrival of this.#network) {
      actions.push({
        label: `arrive ${arrival.label}`,
        run: undefined,
        kind: 'arrival',
        perform: () => {
          this.#network.splice(this.#network.indexOf(arrival), 1);
          arrival.arrive();
        },
      });
    }
    if (actions.length === 0) return actions;
    this.#ticks(actions);
    this.#deeds(actions);
    return actions;
  }

  async perform(action: Action): Promise<void> {
    action.perform();
    await settle();
    if (this.scenario.gapAccepted !== true) this.world.checkStored();
  }

  /** The state that the future depends on. */
  stateHash(): number {
    let text = this.world.digest();
    for (const run of this.#runs) {
      text += `|${run.status},${run.history},${run.faultsLeft},${run.behind}`;
    }
    for (const { label, by } of this.#network) text += `>${label}@${by}`;
    return hash(`${text}#${this.#ticksLeft},${this.#deedsLeft}`);
  }

  outcomes(): (Outcome | 'dead' | undefined)[] {
    return this.#runs.map((run) => (run.status === 'dead' ? 'dead' : run.outcome));
  }

  /** P3 and P4: time passes, then one clean run (with a grace period a second one when it is over). */
  async close(): Promise<void> {
    const { gracePeriod } = this.#settings;
    const calm = this.#runs.every(
      ({ outcome }) => outcome?.kind === 'rotated' || outcome?.kind === 'not-due',
    );
    if (calm) this.world.checkStored();
    this.world.time += 19 * 60_000;
    let outcome = await this.#cleanRun();
    if (gracePeriod > 0) {
      this.world.time += gracePeriod + 3 * 60_000;
      outcome = await this.#cleanRun();
    }
    this.world.checkStored();
    if (outcome.kind === 'failed') {
      if (this.scenario.mayBeStuck !== true || outcome.failure.reason !== 'quota') {
        this.violations.push(`P4: the clean run failed: ${outcome.failure.code}: ${outcome.failure.message}`);
      }
      return;
    }
    if (outcome.kind === 'planned') throw new Error('a clean run is no dry run');
    if (outcome.kind === 'not-due' && Math.abs(this.scenario.githubSkew ?? 0) > MARGIN / 2) {
      // Rule W is off while the clocks are apart, so what a crash left goes by rule R at the next rotation.
      this.#settings = { ...this.#settings, renewBefore: undefined, gracePeriod: 0 };
      return this.close();
    }
    this.world.secrets.forEach(({ value }, index) => {
      if (value !== outcome.key.id) {
        this.violations.push(`P4: after a clean run target ${index} holds ${value}, not ${outcome.key.id}`);
      }
    });
    const grace = [...this.world.supersededAt].filter(
      ([, at]) => this.world.time < at + gracePeriod + 180_000,
    );
    const allowed = new Set([outcome.key.id, ...grace.filter(() => gracePeriod > 0).map(([id]) => id)]);
    const active = this.world.activeOfName();
    const excess = active.filter((id) => !allowed.has(id));
    if (excess.length > 0 || !active.includes(outcome.key.id)) {
      this.violations.push(`P3: after a clean run these are active: ${active.join(', ')}`);
    }
  }

  async #cleanRun(): Promise<Outcome> {
    const run = freshRun(0);
    this.#runs.push(run);
    const index = this.#runs.length - 1;
    this.#start(run, index);
    for (let steps = 0; run.status === 'running'; steps++) {
      if (steps > 500) throw new Error('a clean run does not end');
      await settle();
      const [call] = run.calls.values();
      if (call !== undefined) this.#answer(run, call, this.#applyWrite(call));
      else for (const sleeper of [...run.sleepers].slice(0, 1)) this.#wake(run, sleeper);
      await settle();
    }
    return run.outcome as Outcome;
  }

  #actionsOf(run: SimulatedRun, index: number, actions: Action[]): void {
    if (run.status === 'idle') {
      const before = this.#runs[index - 1]?.status;
      const busy = before === 'idle' || before === 'running' || this.#network.length > 0;
      if (this.scenario.sequential === true && busy) return;
      actions.push({
        label: `${index}: start`,
        run: index,
        kind: 'start',
        perform: () => this.#start(run, index),
      });
      return;
    }
    if (run.status !== 'running') return;
    for (const sleeper of run.sleepers) {
      const wait = sleeper.until - this.world.time;
      if (wait <= 0 || this.#mayPass(wait)) {
        actions.push({
          label: `${index}: wake ${sleeper.number}`,
          run: index,
          kind: 'step',
          perform: () => this.#wake(run, sleeper),
        });
      }
    }
    for (const call of run.calls.values()) this.#actionsOfCall(run, index, call, actions);
  }

  #actionsOfCall(run: SimulatedRun, index: number, call: Call, actions: Action[]): void {
    const on = (what: string, kind: Action['kind'], perform: () => void) =>
      actions.push({ label: `${index}: ${call.label} ${what}`, run: index, kind, perform });
    on('ok', 'step', () => this.#answer(run, call, this.#applyWrite(call)));
    if (call.mutates && call.mayStart !== undefined && this.scenario.slowWrites === true) {
      on('leaves', 'step', () => {
        if (call.mayStart?.() === false) return this.#answer(run, call, notSent(call));
        run.calls.delete(call.label);
        run.history = hash(`${run.history}|${call.label} left@${this.world.time}`);
        this.#send(index, call, (reply) => this.#answer(run, call, reply));
      });
    }
    if (run.faultsLeft === 0) return;
    for (const fault of this.scenario.faults) {
      if (!call.mutates && (fault === 'lost' || fault === 'late' || fault === 'die-after')) continue;
      if (fault === 'refused' && call.label === 'account') continue;
      on(fault, 'fault', () => {
        run.faultsLeft -= 1;
        this.#fault(run, index, call, fault);
      });
    }
  }

  #fault(run: SimulatedRun, index: number, call: Call, fault: Fault): void {
    if (call.mayStart?.() === false) {
      this.#answer(run, call, notSent(call));
      return;
    }
    switch (fault) {
      case 'refused':
        this.#answer(run, call, failure(call, 'refused', 403, false));
        return;
      case 'never':
        this.#answer(run, call, failure(call, 'unclear', undefined, true));
        return;
      case 'lost':
        call.apply();
        this.#answer(run, call, failure(call, 'unclear', undefined, true));
        return;
      case 'late':
        this.#send(index, call, () => {});
        this.#answer(run, call, failure(call, 'unclear', undefined, true));
        return;
      case 'die':
        this.#kill(run);
        return;
      case 'die-after':
        call.apply();
        this.#kill(run);
        return;
    }
  }

  #send(run: number, call: Call, answered: (reply: Reply<unknown>) => void): void {
    this.#network.push({
      label: `${run}: ${call.label}`,
      run,
      by: this.world.time + LINGER,
      arrive: () => answered(call.apply()),
    });
  }

  #applyWrite(call: Call): Reply<unknown> {
    return call.mayStart?.() === false ? notSent(call) : call.apply();
  }

  #answer(run: SimulatedRun, call: Call, reply: Reply<unknown>): void {
    run.calls.delete(call.label);
    if (run.status !== 'running') return;
    run.history = hash(`${run.history}|${call.label}=${replyDigest(reply)}@${this.world.time}`);
    call.answer(reply);
  }

  #kill(run: SimulatedRun): void {
    run.status = 'dead';
    run.calls.clear();
    run.sleepers.clear();
    run.history = 0;
  }

  #wake(run: SimulatedRun, sleeper: Sleeper): void {
    this.world.time = Math.max(this.world.time, sleeper.until);
    run.sleepers.delete(sleeper);
    run.history = hash(`${run.history}|woke ${sleeper.number}@${this.world.time}`);
    sleeper.wake();
  }

  /** Whether that much time can pass before something on its way must have arrived. */
  #mayPass(time: number): boolean {
    return this.#network.every(({ by }) => this.world.time + time <= by);
  }

  #ticks(actions: Action[]): void {
    if (this.#ticksLeft === 0) return;
    for (const tick of this.scenario.ticks) {
      if (!this.#mayPass(tick)) continue;
      actions.push({
        label: `time +${tick / 1_000}s`,
        run: undefined,
        kind: 'tick',
        perform: () => {
          this.#ticksLeft -= 1;
          this.world.time += tick;
        },
      });
    }
    if (this.scenario.suspends !== true) return;
    this.#runs.forEach((run, index) => {
      if (run.status !== 'running') return;
      for (const tick of this.scenario.ticks) {
        if (!this.#mayPass(tick)) continue;
        actions.push({
          label: `${index}: suspended for ${tick / 1_000}s`,
          run: undefined,
          kind: 'tick',
          perform: () => {
            this.#ticksLeft -= 1;
            this.world.time += tick;
            run.behind += tick;
          },
        });
      }
    });
  }

  #deeds(actions: Action[]): void {
    if (this.#deedsLeft === 0) return;
    this.world.secrets.forEach((secret, index) => {
      if (secret.value === undefined) return;
      for (const deed of this.scenario.deeds ?? []) {
        if (deed === 'edit-visibility' && !secret.shared) continue;
        actions.push({
          label: `people ${deed} ${index}`,
          run: undefined,
          kind: 'deed',
          perform: () => {
            this.#deedsLeft -= 1;
            this.#deed(deed, index);
          },
        });
      }
    });
  }

  #deed(deed: Deed, index: number): void {
    const { value } = this.world.secrets[index] as { value: string };
    switch (deed) {
      case 'save-again':
      case 'edit-visibility':
        this.world.touch(index);
        return;
      case 'paste-foreign':
        this.world.write(index, FOREIGN);
        return;
      case 'revoke-stored': {
        const key = this.world.keys.get(value);
        if (key === undefined) return;
        key.isActive = false;
        key.byHand = true;
        return;
      }
    }
  }

  #start(run: SimulatedRun, index: number): void {
    run.status = 'running';
    // Its clocks are read now, so when it started is part of its state.
    run.history = hash(`start@${this.world.time}`);
    this.#rotate(this.#settings, this.#portsOf(run, index)).then(
      (outcome) => {
        run.status = 'done';
        run.outcome = outcome;
        run.history = hash(outcome.kind);
      },
      (error: unknown) => {
        this.violations.push(`the engine threw: ${error instanceof Error ? error.stack : String(error)}`);
        run.status = 'dead';
      },
    );
  }

  #portsOf(run: SimulatedRun, index: number): RotationPorts {
    const { world } = this;
    const mutx = <T>(value: T): Reply<T> => ({ ok: true, value, date: world.mutxDate() });
    const github = <T>(value: T): Reply<T> => ({ ok: true, value, date: world.githubDate() });
    const call = <T>(
      label: string,
      service: Call['service'],
      mutates: boolean,
      apply: () => Reply<T>,
      mayStart?: () => boolean,
    ): Promise<Reply<T>> =>
      new Promise((resolve) => {
        run.counter += 1;
        const unique = run.calls.has(label) ? `${label}#${run.counter}` : label;
        const answer = resolve as (reply: Reply<unknown>) => void;
        run.calls.set(unique, { label: unique, service, mutates, apply, answer, mayStart });
      });
    const unordered = <T>(
      label: string,
      service: Call['service'],
      apply: () => Reply<T>,
    ): Promise<Reply<T>> =>
      this.scenario.scheduleAllReads === true ? call(label, service, false, apply) : Promise.resolve(apply());

    return {
      keys: {
        list: () =>
          call('list', 'mutx', false, () => mutx(world.listed(this.scenario.forgetsRevoked === true))),
        account: () =>
          unordered('account', 'mutx', () =>
            mutx({ plan: world.planKnown ? planOf(world.places) : undefined }),
          ),
        create: (name, expiresInDays) =>
          call('create', 'mutx', true, () => {
            if (!world.hasRoom()) return failure({ label: 'create', service: 'mutx' }, 'refused', 409, false);
            run.made += 1;
            const key = world.addKey(`k${index}.${run.made}`, { name, days: expiresInDays });
            return mutx({ ...key, key: new Secret(`text of ${key.id}`) });
          }),
        verify: (key, mayStart) =>
          call(
            'verify',
            'mutx',
            false,
            () => {
              const id = key.expose().slice('text of '.length);
              if (!world.isWorking(id))
                return failure({ label: 'verify', service: 'mutx' }, 'refused', 401, false);
              const used = world.keys.get(id);
              if (used !== undefined) used.lastUsed = world.mutxNow();
              return mutx(true as const);
            },
            mayStart,
          ),
        revoke: (id) =>
          call(`revoke ${id}`, 'mutx', true, () =>
            mutx(world.revoke(id, `run ${index}`, this.#settings.gracePeriod)),
          ),
      },
      targets: world.secrets.map((secret, target) => ({
        label: `target ${target}`,
        secretName: 'MUTX_API_KEY',
        shared: secret.shared,
        prepare: () => unordered(`prepare ${target}`, 'github', () => github(true as const)),
        metadata: () =>
          call(`metadata ${target}`, 'github', false, () =>
            github(secret.updatedAt === undefined ? undefined : { updatedAt: secret.updatedAt }),
          ),
        listed: () =>
          call(`listed ${target}`, 'github', false, () =>
            github(secret.updatedAt === undefined ? undefined : { updatedAt: secret.updatedAt }),
          ),
        write: (value, mayStart) =>
          call(
            `write ${target}`,
            'github',
            true,
            () => github(world.write(target, value.expose().slice('text of '.length))),
            mayStart,
          ),
      })),
      clock: {
        now: () => world.time - run.behind,
        monotonic: () => world.time - run.behind,
        sleep: (duration) =>
          new Promise((resolve) => {
            run.counter += 1;
            run.sleepers.add({ number: run.counter, until: world.time + duration, wake: resolve });
          }),
      },
      random: () => 0.5,
      report: (event) => {
        if (JSON.stringify(event).includes('text of '))
          this.violations.push(`P5: an event holds a key: ${event.type}`);
      },
    };
  }
}

function freshRun(faults: number): SimulatedRun {
  return {
    status: 'idle',
    calls: new Map(),
    sleepers: new Set(),
    history: 0,
    faultsLeft: faults,
    behind: 0,
    made: 0,
    counter: 0,
    outcome: undefined,
  };
}

/** All promise reactions run before a macrotask does: afterwards every run is blocked on the scheduler. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function planOf(places: number): string {
  const names = new Map([
    [2, 'FREE'],
    [10, 'STARTER'],
    [50, 'PRO'],
  ]);
  return names.get(places) ?? 'ENTERPRISE';
}

function failure(
  call: Pick<Call, 'label' | 'service'>,
  kind: FailureKind,
  status: number | undefined,
  retryable: boolean,
): { ok: false; failure: CallFailure } {
  return {
    ok: false,
    failure: {
      kind,
      service: call.service,
      call: call.label,
      status,
      code: 'simulated',
      message: kind,
      retryable,
    },
  };
}

function notSent(call: Call): { ok: false; failure: CallFailure } {
  const refused = failure(call, 'not-sent', undefined, false);
  return { ok: false, failure: { ...refused.failure, code: 'deadline' } };
}

function replyDigest(reply: Reply<unknown>): string {
  if (!reply.ok) return `${reply.failure.kind}${reply.failure.status ?? ''}${reply.failure.code}`;
  return `${JSON.stringify(reply.value)}${reply.date}`;
}
