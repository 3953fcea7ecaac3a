import type { Fault, Scenario } from './scenario.ts';
import { OTHER_NAME, type World } from './world.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

const PRIVATE = { shared: false };
const SHARED = { shared: true };
const ALL_FAULTS: readonly Fault[] = ['refused', 'never', 'lost', 'late', 'die', 'die-after'];
/** Just over a second, the margin, what a request can linger, the deadline, the fence. */
const TICKS = [2_000, 61_000, 298_000, 599_000, 1_100_000];

function stored(world: World, age = DAY, days = 30): void {
  world.addKey('old', { age, days, lastUsed: world.time - 1_000 });
  world.addKey('other', { name: OTHER_NAME, age: 20 * DAY, days: 365 });
  world.secrets.forEach((_, index) => {
    world.putStored(index, 'old', age - 1_000);
  });
}

/** Small enough to be explored to the end. */
export const EXHAUSTIVE: readonly Scenario[] = [
  {
    name: 'two runs, one fault each, a stored key',
    runs: 2,
    targets: [PRIVATE],
    start: stored,
    ticks: [298_000, 599_000, 1_100_000],
    maxTicks: 2,
    faults: ALL_FAULTS,
    faultsPerRun: 1,
    slowWrites: true,
  },
  {
    name: 'two runs, one fault each, a stored key, no time jumps',
    runs: 2,
    targets: [PRIVATE],
    start: stored,
    ticks: [],
    maxTicks: 0,
    faults: ALL_FAULTS,
    faultsPerRun: 1,
    slowWrites: true,
  },
  {
    name: 'two runs, one fault each, a stored key, past the fence once',
    runs: 2,
    targets: [PRIVATE],
    start: stored,
    ticks: [1_100_000],
    maxTicks: 1,
    faults: ['never', 'lost', 'late', 'die', 'die-after'],
    faultsPerRun: 1,
  },
  {
    name: 'two runs, one fault each, nothing yet',
    runs: 2,
    targets: [PRIVATE],
    ticks: [298_000, 599_000, 1_100_000],
    maxTicks: 2,
    faults: ALL_FAULTS,
    faultsPerRun: 1,
    slowWrites: true,
  },
  {
    name: 'two keys allowed, two runs one after the other, two faults each',
    runs: 2,
    targets: [PRIVATE],
    places: 2,
    start: (world) => {
      world.addKey('old', { age: DAY, lastUsed: world.time - 1_000 });
      world.putStored(0, 'old', DAY - 1_000);
    },
    sequential: true,
    ticks: [298_000, 1_100_000],
    maxTicks: 2,
    faults: ALL_FAULTS,
    faultsPerRun: 2,
    slowWrites: true,
  },
  {
    name: 'three keys allowed, two of them expired, an organisation secret',
    runs: 1,
    targets: [SHARED],
    places: 3,
    planKnown: false,
    start: (world) => {
      world.addKey('dead 1', { age: 70 * DAY });
      world.addKey('dead 2', { age: 40 * DAY });
      world.putStored(0, 'dead 2', 40 * DAY - 1_000);
      world.addKey('other', { name: OTHER_NAME, age: DAY, days: 365 });
    },
    ticks: [298_000, 1_100_000],
    maxTicks: 2,
    faults: ['refused', 'never', 'die'],
    faultsPerRun: 2,
    slowWrites: true,
  },
  {
    name: 'renew-before, two runs, no faults',
    runs: 2,
    targets: [PRIVATE],
    start: (world) => stored(world, 25 * DAY),
    settings: { renewBefore: 7 * DAY },
    ticks: [298_000, 1_100_000],
    maxTicks: 2,
    faults: [],
    faultsPerRun: 0,
    slowWrites: true,
  },
  {
    name: 'renew-before, two targets, one run after the other',
    runs: 2,
    targets: [PRIVATE, PRIVATE],
    start: (world) => stored(world, 25 * DAY),
    settings: { renewBefore: 7 * DAY },
    sequential: true,
    ticks: [61_000, 1_100_000],
    maxTicks: 1,
    faults: ALL_FAULTS,
    faultsPerRun: 1,
  },
];

/** Too large for that: seeded walks. */
export const RANDOM: readonly Scenario[] = [
  {
    name: 'three runs, two targets',
    runs: 3,
    targets: [PRIVATE, PRIVATE],
    start: stored,
    ticks: TICKS,
    maxTicks: 5,
    faults: ALL_FAULTS,
    faultsPerRun: 2,
    slowWrites: true,
    scheduleAllReads: true,
  },
  {
    name: 'three runs, renew-before',
    runs: 3,
    targets: [PRIVATE, PRIVATE],
    start: (world) => stored(world, 25 * DAY),
    settings: { renewBefore: 7 * DAY },
    githubSkew: 29_000,
    ticks: TICKS,
    maxTicks: 5,
    faults: ALL_FAULTS,
    faultsPerRun: 2,
    slowWrites: true,
  },
  {
    name: 'three runs, grace period',
    runs: 3,
    targets: [PRIVATE, PRIVATE],
    start: stored,
    settings: { gracePeriod: 20 * MINUTE },
    githubSkew: -29_000,
    ticks: [...TICKS, 21 * MINUTE],
    maxTicks: 6,
    faults: ALL_FAULTS,
    faultsPerRun: 2,
    slowWrites: true,
    deeds: ['save-again'],
    maxDeeds: 1,
  },
  {
    name: 'three runs, grace period shorter than the fence, renew-before',
    runs: 3,
    targets: [PRIVATE],
    start: (world) => stored(world, 25 * DAY),
    settings: { gracePeriod: 5 * MINUTE, renewBefore: 7 * DAY },
    ticks: TICKS,
    maxTicks: 6,
    faults: ALL_FAULTS,
    faultsPerRun: 2,
    slowWrites: true,
  },
  {
    name: 'two runs on two keys, one after the other',
    runs: 2,
    targets: [PRIVATE],
    places: 2,
    start: (world) => {
      world.addKey('old', { age: DAY, lastUsed: world.time - 1_000 });
      world.putStored(0, 'old', DAY - 1_000);
    },
    ticks: [...TICKS, 1_140_000],
    maxTicks: 5,
    faults: ALL_FAULTS,
    faultsPerRun: 2,
    slowWrites: true,
    mayBeStuck: true,
  },
  {
    name: 'three runs on three keys, waiting for room',
    runs: 3,
    targets: [PRIVATE],
    places: 3,
    planKnown: false,
    start: stored,
    settings: { onQuota: 'wait' },
    ticks: TICKS,
    maxTicks: 5,
    faults: ALL_FAULTS,
    faultsPerRun: 1,
    slowWrites: true,
    mayBeStuck: true,
  },
  {
    name: 'three runs on two keys, replacing',
    runs: 3,
    targets: [PRIVATE],
    places: 2,
    start: stored,
    settings: { onQuota: 'replace' },
    ticks: TICKS,
    maxTicks: 5,
    faults: ALL_FAULTS,
    faultsPerRun: 1,
    slowWrites: true,
    gapAccepted: true,
    mayBeStuck: true,
  },
  {
    name: 'organisation secret, people at work, small quota',
    runs: 3,
    targets: [SHARED, PRIVATE],
    places: 10,
    start: stored,
    settings: { renewBefore: 40 * DAY },
    ticks: TICKS,
    maxTicks: 5,
    faults: ALL_FAULTS,
    faultsPerRun: 1,
    deeds: ['save-again', 'edit-visibility', 'revoke-stored'],
    maxDeeds: 2,
    slowWrites: true,
  },
  {
    name: 'people paste and revoke',
    runs: 3,
    targets: [PRIVATE, PRIVATE],
    start: stored,
    ticks: TICKS,
    maxTicks: 5,
    faults: ALL_FAULTS,
    faultsPerRun: 1,
    deeds: ['save-again', 'paste-foreign', 'revoke-stored'],
    maxDeeds: 2,
    slowWrites: true,
  },
  {
    name: 'renew-before, people revoke what is stored',
    runs: 3,
    targets: [PRIVATE],
    start: (world) => stored(world, 25 * DAY),
    settings: { renewBefore: 7 * DAY },
    ticks: TICKS,
    maxTicks: 3,
    faults: ['die', 'die-after'],
    faultsPerRun: 1,
    deeds: ['revoke-stored'],
    maxDeeds: 1,
  },
  {
    name: 'clocks apart by the margin',
    runs: 3,
    targets: [PRIVATE],
    start: (world) => stored(world, 25 * DAY),
    settings: { renewBefore: 7 * DAY },
    githubSkew: 60_000,
    ticks: TICKS,
    maxTicks: 5,
    faults: ALL_FAULTS,
    faultsPerRun: 2,
    slowWrites: true,
  },
  {
    name: 'suspended machines',
    runs: 2,
    targets: [PRIVATE],
    start: stored,
    ticks: [599_000, 1_100_000],
    maxTicks: 4,
    faults: ['never', 'lost', 'die'],
    faultsPerRun: 1,
    slowWrites: true,
    suspends: true,
    gapAccepted: true,
  },
];
