import type { RotationSettings } from '../../src/rotation/ports.ts';
import {
  type Actor,
  type ActorKind,
  type Call,
  failure,
  freshActor,
  notSent,
  type Order,
  type WrongAnswer,
} from './actor.ts';
import { Claims } from './claims.ts';
import { close } from './closing.ts';
import { hash } from './hash.ts';
import { PLAINTEXT, Ports } from './ports.ts';
import { type Deed, type Fault, LINGER, type Scenario, settingsOf } from './scenario.ts';
import type { System } from './system.ts';
import { FOREIGN, NAME, PEOPLE, World } from './world.ts';

/** One thing that can happen next, named so that a schedule can be printed, read and played again. */
export interface Action {
  readonly label: string;
  /** Which actor it moves, by its place; undefined: time, people or the network. */
  readonly actor: number | undefined;
  readonly kind: 'start' | 'step' | 'fault' | 'lie' | 'tick' | 'deed' | 'arrival';
  readonly perform: () => void;
}

type Offer = (what: string, kind: Action['kind'], perform: () => void) => void;

interface OnItsWay {
  readonly label: string;
  readonly actor: Actor;
  readonly call: string;
  readonly by: number;
  readonly arrive: () => void;
}

/**
 * One schedule, executed: the real engines over ports whose every await belongs to the scheduler. Between two
 * actions all actors are blocked on calls or sleeps, so that a state is (servers, time, what each actor was told).
 */
export class Execution {
  readonly scenario: Scenario;
  readonly world: World;
  readonly system: System;
  readonly settings: RotationSettings;
  readonly actors: Actor[] = [];
  readonly claims: Claims;
  readonly #network: OnItsWay[] = [];
  readonly #jumpsLeft: Set<number>;
  #ticksLeft: number;
  #deedsLeft: number;
  /** What happens now was looked at before. */
  #isKnown = false;
  readonly violations: string[];

  constructor(scenario: Scenario, system: System) {
    this.scenario = scenario;
    this.system = system;
    this.settings = settingsOf(scenario);
    this.world = new World({
      targets: scenario.targets,
      places: scenario.places,
      planKnown: scenario.planKnown ?? true,
      clocks: scenario.clocks ?? {},
      lag: scenario.lag ?? {},
      dateless: scenario.dateless ?? [],
    });
    this.violations = this.world.violations;
    this.claims = new Claims(this);
    scenario.start?.(this.world);
    this.#ticksLeft = scenario.maxTicks;
    this.#deedsLeft = scenario.maxDeeds ?? 0;
    this.#jumpsLeft = new Set(scenario.jumps?.keys());
    this.#hire('run', scenario.runs);
    this.#hire('job', scenario.jobs ?? 0);
    this.#hire('plan', scenario.plans ?? 0);
    this.#hire('audit', scenario.audits ?? 0);
    this.#hire('button', scenario.buttons ?? 0);
  }

  #hire(kind: ActorKind, many: number): void {
    const { faultsPerRun, liesPerRun = 0 } = this.scenario;
    for (let i = 0; i < many; i++) {
      this.actors.push(freshActor(kind === 'run' ? `${i}` : `${kind}${i}`, kind, faultsPerRun, liesPerRun));
    }
  }

  /** What can happen now. Empty: the schedule has ended. */
  actions(): Action[] {
    const actions: Action[] = [];
    this.actors.forEach((actor, index) => {
      this.#actionsOf(actor, index, actions);
    });
    for (const arrival of this.#network) {
      actions.push({
        label: `arrive ${arrival.label}`,
        actor: undefined,
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

  /** @param isKnown nothing can be found here: it was looked at before, in another schedule with the same beginning */
  async perform(action: Action, isKnown = false): Promise<void> {
    this.#isKnown = isKnown;
    action.perform();
    await settle();
    this.#isKnown = false;
    if (isKnown) return;
    if (this.scenario.gapAccepted !== true) this.world.checkStored();
    this.#checkUnwritten();
    this.claims.checkProgress();
  }

  /** The state that the future depends on. */
  stateHash(): number {
    let text = this.world.digest();
    for (const { status, history, faultsLeft, liesLeft, misled, behind } of this.actors) {
      text += `|${status},${history},${faultsLeft},${liesLeft}${[...misled].join()},${behind.wall},${behind.monotonic}`;
    }
    for (const { label, by } of this.#network) text += `>${label}@${by}`;
    return hash(`${text}#${this.#ticksLeft},${this.#deedsLeft},${[...this.#jumpsLeft].join()}`);
  }

  /** P3 and P4: time passes, then clean runs. */
  close(): Promise<void> {
    return close(this);
  }

  /** Whether a call of this actor is on its way. */
  isOnItsWay(actor: Actor, call: string): boolean {
    return this.#network.some((one) => one.actor === actor && one.call === call);
  }

  /** A run that nothing goes wrong with, to its end. */
  async cleanRun(settings: RotationSettings): Promise<Actor> {
    const actor = freshActor(`${this.actors.length}`, 'run', 0, 0, true);
    this.actors.push(actor);
    this.#start(actor, settings);
    for (let steps = 0; actor.status === 'running'; steps++) {
      if (steps > 500) throw new Error('a clean run does not end');
      await settle();
      const [call] = actor.calls.values();
      if (call !== undefined) this.#answer(actor, call, this.#applied(call));
      else for (const sleeper of [...actor.sleepers].slice(0, 1)) this.#wake(actor, sleeper);
      await settle();
    }
    return actor;
  }

  #actionsOf(actor: Actor, index: number, actions: Action[]): void {
    if (actor.status === 'idle') {
      this.#starts(actor, index, actions);
      return;
    }
    if (actor.status !== 'running') return;
    for (const sleeper of actor.sleepers) {
      const wait = sleeper.until - this.world.time;
      if (wait <= 0 || this.#mayPass(wait)) {
        actions.push({
          label: `${actor.name}: wake ${sleeper.number}`,
          actor: index,
          kind: 'step',
          perform: () => this.#wake(actor, sleeper),
        });
      }
    }
    for (const call of actor.calls.values()) this.#actionsOfCall(actor, index, call, actions);
  }

  #starts(actor: Actor, index: number, actions: Action[]): void {
    const start = (label: string, perform: () => void) =>
      actions.push({ label: `${actor.name}: start${label}`, actor: index, kind: 'start', perform });
    if (actor.kind === 'job') {
      for (const from of this.actors) {
        const { order } = from;
        if (order === undefined || !this.#mayPass(order.from - this.world.time)) continue;
        start(` as ${from.name} says`, () => this.#startJob(actor, order));
      }
      return;
    }
    const before = this.actors[index - 1];
    const busy = before?.status === 'idle' || before?.status === 'running' || this.#network.length > 0;
    if (this.scenario.sequential === true && actor.kind === 'run' && index > 0 && busy) return;
    start('', () => {
      // Its clocks are read now, so when it started is part of its state.
      actor.history = hash(`start@${this.world.time}`);
      switch (actor.kind) {
        case 'plan':
          return this.#startPlan(actor);
        case 'audit':
          return this.#startAudit(actor);
        case 'button':
          return this.#startButton(actor);
        case 'run':
        case 'job':
          return this.#start(actor, this.settings);
      }
    });
  }

  #actionsOfCall(actor: Actor, index: number, call: Call, actions: Action[]): void {
    const on = (what: string, kind: Action['kind'], perform: () => void) =>
      actions.push({ label: `${actor.name}: ${call.label} ${what}`, actor: index, kind, perform });
    on('ok', 'step', () => this.#answer(actor, call, this.#applied(call)));
    if (this.#isSlow(call)) on('leaves', 'step', () => this.#leave(actor, call));
    if (actor.liesLeft > 0) this.#lies(actor, call, on);
    if (actor.faultsLeft > 0) this.#faults(actor, call, on);
  }

  #isSlow({ label }: Call): boolean {
    const { slowWrites, slowCreates } = this.scenario;
    return (label.startsWith('write') ? slowWrites : label === 'create' && slowCreates) === true;
  }

  #leave(actor: Actor, call: Call): void {
    if (call.mayStart?.() === false) {
      this.#answer(actor, call, notSent(call));
      return;
    }
    actor.calls.delete(call.label);
    actor.history = hash(`${actor.history}|${call.label} left@${this.world.time}`);
    this.#send(actor, call, (reply) => this.#answer(actor, call, reply));
  }

  #lies(actor: Actor, call: Call, on: Offer): void {
    for (const wrong of call.wrong) {
      if (this.scenario.lies?.includes(wrong.lie) !== true || isMisled(actor, wrong)) continue;
      const what = wrong.detail === undefined ? wrong.lie : `${wrong.lie} ${wrong.detail}`;
      on(what, 'lie', () => this.#lie(actor, call, wrong));
    }
  }

  #faults(actor: Actor, call: Call, on: Offer): void {
    const { faults, statuses = [undefined] } = this.scenario;
    for (const fault of faults) {
      if (!call.mutates && (fault === 'lost' || fault === 'late' || fault === 'die-after')) continue;
      for (const status of fault === 'never' || fault === 'lost' ? statuses : [undefined]) {
        on(status === undefined ? fault : `${fault} ${status}`, 'fault', () => {
          actor.faultsLeft -= 1;
          this.#fault(actor, call, fault, status);
        });
      }
    }
  }

  #lie(actor: Actor, call: Call, wrong: WrongAnswer): void {
    actor.liesLeft -= 1;
    if (wrong.evidence !== undefined) actor.misled.add(wrong.evidence);
    this.#answer(actor, call, wrong.answer());
  }

  #fault(actor: Actor, call: Call, fault: Fault, status: number | undefined): void {
    if (call.mayStart?.() === false) {
      this.#answer(actor, call, notSent(call));
      return;
    }
    const lost = () => this.#answer(actor, call, failure(call, 'unclear', status));
    switch (fault) {
      case 'refused':
        this.#answer(actor, call, failure(call, 'refused', 403));
        return;
      case 'throttled':
        this.#answer(actor, call, failure(call, 'throttled', 429, { retryAfter: 2_000 }));
        return;
      case 'never':
        lost();
        return;
      case 'lost':
        call.apply(this.world.time);
        lost();
        return;
      case 'late':
        this.#send(actor, call, () => {});
        lost();
        return;
      case 'die':
        this.#kill(actor);
        return;
      case 'die-after':
        call.apply(this.world.time);
        this.#kill(actor);
        return;
    }
  }

  #send(actor: Actor, call: Call, answered: (reply: ReturnType<Call['apply']>) => void): void {
    const sentAt = this.world.time;
    this.#network.push({
      label: `${actor.name}: ${call.label}`,
      actor,
      call: call.label,
      by: sentAt + LINGER,
      arrive: () => answered(call.apply(sentAt)),
    });
  }

  #applied(call: Call): ReturnType<Call['apply']> {
    return call.mayStart?.() === false ? notSent(call) : call.apply(this.world.time);
  }

  #answer(actor: Actor, call: Call, reply: ReturnType<Call['apply']>): void {
    actor.calls.delete(call.label);
    if (actor.status !== 'running') return;
    actor.history = hash(`${actor.history}|${call.label}=${replyDigest(reply)}@${this.world.time}`);
    call.answer(reply);
  }

  #kill(actor: Actor): void {
    actor.status = 'dead';
    actor.calls.clear();
    actor.sleepers.clear();
    actor.history = 0;
  }

  #wake(actor: Actor, sleeper: { number: number; until: number; wake: () => void }): void {
    this.world.time = Math.max(this.world.time, sleeper.until);
    for (const one of actor.sleepers) if (one.number === sleeper.number) actor.sleepers.delete(one);
    actor.history = hash(`${actor.history}|woke ${sleeper.number}@${this.world.time}`);
    sleeper.wake();
  }

  /** Whether that much time can pass before something on its way must have arrived. */
  #mayPass(time: number): boolean {
    return this.#network.every(({ by }) => this.world.time + time <= by);
  }

  #ticks(actions: Action[]): void {
    const { ticks, suspends = [] } = this.scenario;
    if (this.#ticksLeft === 0) return;
    const pass = (label: string, tick: number, frozen: Actor | undefined) => {
      if (!this.#mayPass(tick)) return;
      actions.push({
        label,
        actor: undefined,
        kind: 'tick',
        perform: () => {
          this.#ticksLeft -= 1;
          this.world.time += tick;
          if (frozen !== undefined) for (const clock of suspends) frozen.behind[clock] += tick;
        },
      });
    };
    for (const tick of ticks) pass(`time +${tick / 1_000}s`, tick, undefined);
    if (suspends.length === 0) return;
    for (const actor of this.actors) {
      if (actor.status !== 'running') continue;
      for (const tick of ticks) pass(`${actor.name}: suspended for ${tick / 1_000}s`, tick, actor);
    }
  }

  #deeds(actions: Action[]): void {
    const { jumps = [] } = this.scenario;
    for (const index of this.#jumpsLeft) {
      const jump = jumps[index];
      if (jump === undefined) continue;
      actions.push({
        label: `clock ${jump.clock} ${jump.by > 0 ? '+' : ''}${jump.by / 1_000}s`,
        actor: undefined,
        kind: 'deed',
        perform: () => {
          this.#jumpsLeft.delete(index);
          this.world.jump(jump.clock, jump.by);
        },
      });
    }
    if (this.#deedsLeft === 0) return;
    this.world.secrets.forEach((secret, index) => {
      for (const deed of this.scenario.deeds ?? []) {
        if (this.world.valueOf(index) === undefined && deed !== 'save-old') continue;
        if (deed === 'edit-visibility' && !secret.shared) continue;
        if (deed === 'save-old' && this.#valueBefore(index) === undefined) continue;
        actions.push({
          label: `people ${deed} ${index}`,
          actor: undefined,
          kind: 'deed',
          perform: () => {
            this.#deedsLeft -= 1;
            this.#deed(deed, index);
          },
        });
      }
    });
  }

  /** The last value that the secret held before, whose key still works: nobody restores what is dead. */
  #valueBefore(index: number): string | undefined {
    const now = this.world.valueOf(index);
    const before = this.world.secrets[index]?.versions.findLast(
      ({ value }) => value !== undefined && value !== FOREIGN && value !== now,
    )?.value;
    return before !== undefined && this.world.isWorking(before) ? before : undefined;
  }

  #deed(deed: Deed, index: number): void {
    const { world } = this;
    const value = world.valueOf(index);
    const revoke = (id: string | undefined) => {
      if (id !== undefined) world.revoke(id, PEOPLE, 0);
    };
    switch (deed) {
      case 'save-again':
      case 'edit-visibility':
        world.touch(index);
        return;
      case 'save-old':
        world.write(index, this.#valueBefore(index), PEOPLE);
        return;
      case 'paste-foreign':
        world.write(index, FOREIGN, PEOPLE);
        return;
      case 'delete-secret':
        world.write(index, undefined, PEOPLE);
        return;
      case 'revoke-stored':
        revoke(value);
        return;
      case 'revoke-newest':
        revoke(world.activeOfName().at(-1));
        return;
      case 'use':
        if (value !== undefined) world.use(value);
        return;
    }
  }

  #start(actor: Actor, settings: RotationSettings): void {
    actor.status = 'running';
    const ports = this.#portsOf(actor, settings.gracePeriod);
    const progress = new this.system.Progress();
    actor.progress = progress;
    const rotation = this.system.rotate(settings, {
      keys: ports.keys,
      targets: ports.targets,
      clock: ports.clock,
      random: () => 0.5,
      report: (event) => {
        progress.event(event);
        if (event.type === 'target-written' && event.done === event.of) actor.holds = undefined;
        if (this.#isKnown) return;
        if (JSON.stringify(event).includes(PLAINTEXT))
          this.#violate(`P5: an event holds a key: ${event.type}`);
        this.claims.checkEvent(actor, event);
      },
    });
    this.#follow(actor, rotation, (outcome) => {
      actor.outcome = outcome;
      if (!this.#isKnown) this.claims.checkOutcome(actor, outcome);
      actor.order = this.#orderOf(
        this.claims.supersededBy(outcome),
        outcome.keys.graceEnds,
        settings.gracePeriod,
      );
      return outcome.kind;
    });
  }

  /** The revocation job waits until the grace period is over by GitHub's clock, as far as that was told. */
  #orderOf(ids: readonly string[], graceEnds: number | undefined, gracePeriod: number): Order | undefined {
    if (ids.length === 0) return undefined;
    const { time } = this.world;
    const from = graceEnds === undefined ? time + gracePeriod : this.world.trueTimeOf(graceEnds);
    return { ids, from: Math.max(time, from) };
  }

  #startJob(actor: Actor, { ids, from }: Order): void {
    this.world.time = Math.max(this.world.time, from);
    actor.history = hash(`start@${this.world.time} ${ids.join()}`);
    this.#startRevocation(actor, { by: 'ids', ids });
  }

  #startButton(actor: Actor): void {
    this.#startRevocation(actor, { by: 'name', name: NAME });
  }

  #startRevocation(
    actor: Actor,
    selection: { by: 'ids'; ids: readonly string[] } | { by: 'name'; name: string },
  ): void {
    actor.status = 'running';
    const { keys, clock } = this.#portsOf(actor, this.settings.gracePeriod);
    const revocation = this.system.revokeKeys(
      { selection, maxRevocations: 50, dryRun: false, ifNone: 'fail' },
      {
        keys,
        clock,
        random: () => 0.5,
        mayRevokeItself: false,
        keepsRecords: () => this.scenario.forgetsRevoked !== true,
        report: (event) => {
          if (event.type === 'result' && !this.#isKnown) this.claims.checkKey(actor, event.result);
        },
      },
    );
    this.#follow(actor, revocation, (outcome) => {
      actor.revocation = outcome;
      if (!this.#isKnown) this.claims.checkRevocation(actor, outcome);
      return outcome.kind;
    });
  }

  #startPlan(actor: Actor): void {
    actor.status = 'running';
    const { keys, targets, clock } = this.#portsOf(actor, 0);
    const plan = this.system.planFleet([{ settings: this.settings, targets }], {
      keys,
      clock,
      random: () => 0.5,
    });
    this.#follow(actor, plan, (result) => {
      const finding = result.ok ? result.findings[0] : undefined;
      if (finding?.kind !== 'planned') return 'unreadable';
      this.claims.checkSuperseded(actor, finding.superseded);
      actor.order = this.#orderOf(finding.superseded, finding.revocableFrom, this.settings.gracePeriod);
      return 'planned';
    });
  }

  #startAudit(actor: Actor): void {
    actor.status = 'running';
    const { keys, targets, clock } = this.#portsOf(actor, 0);
    const look = this.system.readAuditSnapshot({
      keys,
      clock,
      random: () => 0.5,
      targets: targets.map((target) => ({ keyName: NAME, target })),
      tokenExpiresAt: () => undefined,
      report: () => {},
    });
    this.#follow(actor, look, (result) => {
      if (!result.ok) return 'unreadable';
      const policy = { maxAge: 0, expiringWithin: 0, unusedFor: 0, requireExpiry: false };
      this.claims.checkFindings(actor, this.system.findAll(result.look, policy));
      return 'looked';
    });
  }

  #follow<T>(actor: Actor, work: Promise<T>, ended: (result: T) => string): void {
    work.then(
      (result) => {
        if (actor.status !== 'running') return;
        actor.holds = undefined;
        const what = ended(result);
        actor.status = 'done';
        // What comes after it depends on nothing of it but what it has ordered.
        const { ids = [], from = 0 } = actor.order ?? {};
        actor.history = hash(`${what} ${ids.join()} ${from}`);
      },
      (error: unknown) => {
        this.#violate(`${actor.name} threw: ${error instanceof Error ? error.stack : String(error)}`);
        actor.status = 'dead';
      },
    );
  }

  #portsOf(actor: Actor, gracePeriod: number): Ports {
    return new Ports(this.scenario, this.system, this.world, actor, gracePeriod);
  }

  /** P2: no key is revoked that its run may yet write. */
  #checkUnwritten(): void {
    if ((this.scenario.suspends ?? []).length === 2) return;
    for (const { name, holds, status } of this.actors) {
      if (holds === undefined || status !== 'running' || this.world.time - holds.since >= 600_000) continue;
      const key = this.world.keys.get(holds.id);
      if (key === undefined || key.isActive || key.byHand || key.revokedBy === name) continue;
      this.#violate(`P2: ${key.revokedBy} revoked ${key.id}, which run ${name} may yet store`);
    }
  }

  #violate(violation: string): void {
    if (!this.violations.includes(violation)) this.violations.push(violation);
  }
}

/** Lied to twice about the same, nobody could tell that from the truth. */
function isMisled({ misled }: Actor, { evidence }: WrongAnswer): boolean {
  return evidence !== undefined && misled.has(evidence);
}

/** All promise reactions run before a macrotask does: afterwards every actor is blocked on the scheduler. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function replyDigest(reply: ReturnType<Call['apply']>): string {
  if (!reply.ok) {
    const { kind, status, code } = reply.failure;
    return `${kind}${status ?? ''}${code}`;
  }
  return `${JSON.stringify(reply.value)}${reply.date}`;
}
