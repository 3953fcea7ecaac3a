import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Counterexample } from './explore.ts';
import { shrink } from './replay.ts';
import { EXHAUSTIVE, RANDOM } from './scenarios.ts';
import { SOURCE_OF, type System } from './system.ts';
import { walk } from './walk.ts';

/** A way to get the protocol wrong: the real engine's source with one thing changed. */
export interface Mutant {
  readonly name: string;
  /** The name of the scenario that shows it, and how many seeds that may take. */
  readonly shownBy: string;
  readonly seeds?: number;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** A second line of defence that has to be taken away for the first to be seen. */
  readonly also?: { readonly file: string; readonly find: string; readonly replace: string };
}

const REVOKE_OLDER = 'const older = olderKeys(run, look, minted);';

/** Reads the list anew and revokes by `condition` on (key, minted, now). */
function revokeByFreshList(condition: string): string {
  return `const fresh = await run.ports.keys.list();
  if (!fresh.ok) return;
  const now = fresh.date ?? 0;
  const older = fresh.value.filter((key) => key.isActive && key.name === run.settings.keyName && ${condition});`;
}

/** What docs/protocol.md calls tempting and wrong. Each must be caught by the simulator. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'rule R without the fence',
    shownBy: 'two runs, one fault each, a stored key',
    file: 'rotation/rules.ts',
    find: 'j.createdAt < k.createdAt - FENCE',
    replace: 'j.createdAt < k.createdAt',
  },
  {
    name: 'a fence shorter than the deadline plus what a request can linger',
    shownBy: 'two runs, one fault each, a stored key',
    file: 'rotation/rules.ts',
    find: 'j.createdAt < k.createdAt - FENCE',
    replace: 'j.createdAt < k.createdAt - (FENCE - 60_000)',
  },
  {
    name: 'the fence by the clock now',
    shownBy: 'two runs, one fault each, a stored key',
    file: 'rotation/replace-key.ts',
    find: REVOKE_OLDER,
    replace: revokeByFreshList('key.id !== minted.id && key.createdAt < now - 15 * 60_000'),
  },
  {
    name: 'revoke all but mine',
    shownBy: 'two runs, one fault each, a stored key',
    file: 'rotation/replace-key.ts',
    find: REVOKE_OLDER,
    replace: revokeByFreshList('key.id !== minted.id && now > 0'),
  },
  {
    name: 'revoke all older than mine',
    shownBy: 'two runs, one fault each, a stored key',
    file: 'rotation/replace-key.ts',
    find: REVOKE_OLDER,
    replace: revokeByFreshList('key.createdAt < minted.createdAt && now > 0'),
  },
  {
    name: 'revoke before store',
    shownBy: 'two runs, one fault each, a stored key',
    file: 'rotation/replace-key.ts',
    find: '  const stored = await run.step(',
    replace: '  await revokeOlder(run, checked.look, minted);\n  const stored = await run.step(',
  },
  {
    name: 'a lost create made again, and the newest unknown key revoked at once',
    shownBy: 'two runs, one fault each, a stored key',
    file: 'rotation/replace-key.ts',
    find: '  const gone = new Set(run.keysNow().revoked);',
    replace: `  if (tries.creates > 0) {
    for (const key of look.keys) {
      const young = key.createdAt > (look.date ?? 0) - 120_000;
      if (key.isActive && young && key.name === run.settings.keyName) await run.revoke(key.id, 'own');
    }
  }
  const gone = new Set(run.keysNow().revoked);`,
  },
  {
    name: 'the write deadline ignored',
    shownBy: 'two runs, one fault each, a stored key',
    file: 'rotation/store.ts',
    find: 'target.write(minted.key, since.beforeDeadline)',
    replace: 'target.write(minted.key, () => true)',
  },
  {
    name: 'the new key revoked after an ambiguous write',
    shownBy: 'two runs, one fault each, a stored key',
    file: 'rotation/store.ts',
    find: 'if (attempt.ok || !isDefinite(attempt.failure)) certainlyNowhere = false;',
    replace: 'if (attempt.ok) certainlyNowhere = false;',
  },
  {
    name: 'the new key revoked with an earlier write in flight',
    shownBy: 'three runs, two targets',
    file: 'rotation/store.ts',
    find: 'if (attempt.ok || !isDefinite(attempt.failure)) certainlyNowhere = false;',
    replace: 'certainlyNowhere = !attempt.ok && isDefinite(attempt.failure);',
  },
  {
    name: 'metadata read before the list',
    shownBy: 'renew-before, two runs, no faults',
    file: 'rotation/take-look.ts',
    find: '  const { ports, settings } = run;\n',
    replace: `  const early = await eachOf(run.ports.targets, 4, (target) => run.call(() => target.metadata()));
  const ports = { ...run.ports, targets: run.ports.targets.map((target, i) => ({ ...target, metadata: async () => early[i] })) };
  const { settings } = run;
`,
    also: {
      file: 'rotation/take-look.ts',
      find: '    const apart = reply.date - mutx;',
      replace: '    const apart = elapsed;\n    if (apart >= 0) return false;',
    },
  },
  {
    name: 'rule W without its last clause',
    shownBy: 'three runs, grace period',
    file: 'rotation/rules.ts',
    find: `      updatedAt > j.createdAt + FENCE + MARGIN &&
      keysOfName.some((key) => key.id !== j.id && couldHaveWritten(key, updatedAt));`,
    replace: '      updatedAt > j.createdAt + FENCE + MARGIN && keysOfName.length > 0;',
  },
  {
    name: 'rule W on organisation secrets like any other',
    shownBy: 'organisation secret, people at work, small quota',
    file: 'rotation/rules.ts',
    find: '      !shared &&\n',
    replace: '      (shared || !shared) &&\n',
  },
  {
    name: 'rule W without its fence',
    shownBy: 'three runs, renew-before',
    file: 'rotation/rules.ts',
    find: 'const fenced = j.createdAt + FENCE;',
    replace: 'const fenced = j.createdAt;',
  },
  {
    name: 'rule W with a margin below the skew',
    seeds: 20_000,
    shownBy: 'three runs, renew-before',
    file: 'rotation/rules.ts',
    find: "import { FENCE, MARGIN } from './constants.ts';",
    replace: "import { FENCE } from './constants.ts';\nconst MARGIN = 1_000;",
  },
  {
    name: 'the two clocks compared without the time that passed here in between',
    shownBy: 'clocks apart by twice the margin, and replies that hide it',
    file: 'rotation/take-look.ts',
    find: 'areClocksApart(list.date, metadata, listed.elapsed())',
    replace: 'areClocksApart(list.date, metadata, 0)',
  },
  {
    name: 'the current key judged from active keys alone',
    shownBy: 'renew-before, people revoke what is stored',
    file: 'rotation/rules.ts',
    find: 'keysOfName.filter((key) => couldHaveWritten(key, updatedAt))',
    replace: 'keysOfName.filter((key) => key.isActive && couldHaveWritten(key, updatedAt))',
  },
  {
    name: 'the current key believed although another one may be stored',
    shownBy: 'organisation secret, its audience edited, renew-before',
    file: 'rotation/plan.ts',
    find: 'if (gracePeriod === 0 && mayBeStoredToo(',
    replace: 'if (gracePeriod !== 0 && mayBeStoredToo(',
  },
  {
    name: 'different current keys per target taken as current',
    shownBy: 'three runs, grace period and renew-before, revoked keys are gone from the list',
    file: 'rotation/rules.ts',
    find: 'rest.some((key) => key?.id !== first.id)',
    replace: 'rest.some((key) => key === undefined)',
  },
  {
    name: "superseded-at taken as the next key's creation",
    shownBy: 'three runs, grace period shorter than the fence, renew-before',
    file: 'rotation/rules.ts',
    find: 'Math.max(fenced, lastWrite + gracePeriod + MARGIN)',
    replace:
      'Math.max(fenced, Math.min(...keysOfName.filter((key) => key.createdAt > j.createdAt).map((key) => key.createdAt)) + gracePeriod + MARGIN)',
  },
  {
    name: 'the quota without rule E',
    shownBy: 'three keys allowed, two of them expired, an organisation secret',
    file: 'rotation/plan.ts',
    find: 'if (isExpired(key, date)) {',
    replace: 'if (isExpired(key, date) && false) {',
  },
  {
    name: 'the two-key plan without its waiting rule',
    shownBy: 'two keys allowed, two runs one after the other, two faults each',
    file: 'rotation/plan.ts',
    find: 'if (lastPlace && !look.repairs && young.length + onTheirWay.length > 0) {',
    replace: 'if (lastPlace && !look.repairs && onTheirWay.length > 0) {',
  },
  {
    name: 'a lost create forgotten where places run out',
    shownBy: 'two keys allowed, two runs one after the other, two faults each',
    file: 'rotation/plan.ts',
    find: 'if (lastPlace && !look.repairs && young.length + onTheirWay.length > 0) {',
    replace: 'if (lastPlace && !look.repairs && young.length > 0) {',
  },
  {
    name: 'the new key used for the first time however late',
    shownBy: 'two keys allowed, two runs one after the other, two faults each',
    file: 'rotation/replace-key.ts',
    find: 'run.ports.keys.verify(minted.key, since.beforeDeadline)',
    replace: 'run.ports.keys.verify(minted.key, () => true)',
  },
  {
    name: 'revoked although not every target was written',
    shownBy: 'three runs, two targets',
    file: 'rotation/replace-key.ts',
    find: '  if (stored.failures.length > 0) return notStored(run, minted, stored, inTime);\n',
    replace: '  if (stored.certainlyNowhere) return notStored(run, minted, stored, inTime);\n',
  },
  {
    name: 'late writes believed',
    shownBy: 'suspended machines',
    file: 'rotation/replace-key.ts',
    find: "  if (stored.late) return 'late';\n",
    replace: "  if (stored.results.length > 0) return 'in-time';\n",
  },
];

/** The shrunk schedule that shows what is wrong with a mutant; undefined: it survived. */
export async function kill(mutant: Mutant): Promise<Counterexample | undefined> {
  const system = await loadMutant(mutant);
  const scenario = [...EXHAUSTIVE, ...RANDOM].find(({ name }) => name === mutant.shownBy);
  if (scenario === undefined) throw new Error(`no scenario is named "${mutant.shownBy}"`);
  const { counterexample } = await walk(scenario, system, 1, mutant.seeds ?? 2_000);
  return counterexample === undefined ? undefined : shrink(scenario, system, counterexample);
}

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** The system with the mutant's change, loaded from a copy of its sources that is removed right after. */
async function loadMutant(mutant: Mutant): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'mutant-'));
  try {
    cpSync(SOURCES, join(folder, 'src'), { recursive: true });
    symlinkSync(PACKAGES, join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const edit of mutant.also === undefined ? [mutant] : [mutant, mutant.also]) {
      const path = join(folder, 'src', edit.file);
      const source = readFileSync(path, 'utf8');
      if (source.split(edit.find).length !== 2) {
        throw new Error(`mutant "${mutant.name}": its text is not exactly once in ${edit.file}`);
      }
      writeFileSync(
        path,
        source.replace(edit.find, () => edit.replace),
      );
    }
    const parts = Object.entries(SOURCE_OF).map(async ([name, file]) => {
      const url = pathToFileURL(join(folder, 'src', file)).href;
      const exported = (await import(/* @vite-ignore */ url)) as Readonly<Record<string, unknown>>;
      return [name, exported[name]];
    });
    return Object.fromEntries(await Promise.all(parts)) as System;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
