import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Counterexample } from './explore.ts';
import { shrink } from './replay.ts';
import { EXHAUSTIVE, RANDOM } from './scenarios.ts';
import { SOURCE_OF, type System } from './system.ts';
import { walk } from './walk.ts';

interface Edit {
  /** Below src/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A way to get the protocol wrong: the real source with one thing changed. */
export interface Mutant extends Edit {
  readonly name: string;
  /** The name of the scenario that shows it, and how many seeds that may take. */
  readonly shownBy: string;
  readonly seeds?: number;
  /** Further lines of defence that have to be taken away for the first to be seen. */
  readonly also?: readonly Edit[];
}

const NO_SECOND_READING: Edit = {
  file: 'rotation/engine.ts',
  find: 'if (look.secrets === undefined || !isOpen) return { look, plan };',
  replace: 'if (look.secrets === undefined || isOpen || !isOpen) return { look, plan };',
};

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
    replace: '  await revokeOlder(run, checked.look, plan, minted);\n  const stored = await run.step(',
  },
  {
    name: 'a lost create made again, and the newest unknown key revoked at once',
    shownBy: 'two runs, one fault each, a stored key',
    file: 'rotation/replace-key.ts',
    find: '  const gone = new Set(run.keysNow().revoked);',
    replace: `  if (tries.creates > 0) {
    for (const key of look.keys) {
      const young = key.createdAt > (look.date ?? 0) - 120_000;
      if (key.isActive && young && key.name === run.settings.keyName) await run.revoke([{ id: key.id, reason: 'own' }]);
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
    shownBy: 'three keys allowed, two runs',
    file: 'rotation/read-snapshot.ts',
    find: '  const { ports, settings } = run;\n',
    replace: `  const early = await eachOf(run.ports.targets, 4, (target) => run.call(() => target.metadata()));
  const ports = { ...run.ports, targets: run.ports.targets.map((target, i) => ({ ...target, metadata: async () => early[i] })) };
  const { settings } = run;
`,
    also: [
      NO_SECOND_READING,
      {
        file: 'rotation/read-snapshot.ts',
        find: 'return Math.abs(apart) > MARGIN / 2 || Math.abs(apart - elapsed) > MARGIN / 2;',
        replace: 'return apart > Number.POSITIVE_INFINITY;',
      },
    ],
  },
  {
    name: 'rule W without its last clause',
    shownBy: 'three runs, grace period',
    file: 'rotation/rules.ts',
    find: 'keysOfName.some((key) => key.id !== j.id && key.isActive && couldHaveWritten(key, updatedAt))',
    replace: 'keysOfName.length > 0',
  },
  {
    name: 'rule W on organisation secrets like any other',
    shownBy: 'organisation secret, its audience edited, three keys allowed',
    file: 'rotation/rules.ts',
    find: '    !shared &&\n',
    replace: '    (shared || !shared) &&\n',
  },
  {
    name: 'rule W without its fence',
    shownBy: 'three keys allowed, two runs',
    file: 'rotation/rules.ts',
    find: 'let revocableFrom = j.createdAt + FENCE;',
    replace: 'let revocableFrom = j.createdAt;',
    also: [
      {
        file: 'rotation/rules.ts',
        find: 'revocableFrom = Math.max(revocableFrom, j.createdAt + FENCE + lag);',
        replace: 'if (lag < 0) revocableFrom = 0;',
      },
    ],
  },
  {
    name: 'rule W with a margin below the skew',
    seeds: 20_000,
    shownBy: 'three runs, renew-before',
    file: 'rotation/rules.ts',
    find: "import { FENCE, MARGIN } from '../core/limits.ts';",
    replace: "import { FENCE } from '../core/limits.ts';\nconst MARGIN = 1_000;",
  },
  {
    name: 'the two clocks compared without the time that passed here in between',
    shownBy: 'clocks apart by twice the margin, replies that hide it, one run after the other',
    file: 'rotation/read-snapshot.ts',
    find: 'const elapsed = lead + listed.elapsed();',
    replace: 'const elapsed = 0;',
    also: [{ file: 'rotation/plan.ts', find: '  if (others.length > 0) return maybe;\n', replace: '' }],
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
    find: '  if (others.length > 0) return maybe;\n',
    replace: '',
  },
  {
    name: 'different current keys per target taken as current',
    shownBy: 'three runs, grace period and renew-before, revoked keys are gone from the list',
    file: 'rotation/rules.ts',
    find: 'rest.some((key) => key?.id !== first.id)',
    replace: 'rest.some((key) => key === undefined)',
    also: [{ file: 'rotation/plan.ts', find: '  if (others.length > 0) return maybe;\n', replace: '' }],
  },
  {
    name: "superseded-at taken as the next key's creation",
    shownBy: 'three runs, grace period shorter than the fence, renew-before',
    file: 'rotation/rules.ts',
    find: 'Math.max(revocableFrom, lastWrite + gracePeriod + MARGIN)',
    replace:
      'Math.max(revocableFrom, Math.min(...keysOfName.filter((key) => key.createdAt > j.createdAt).map((key) => key.createdAt)) + gracePeriod + MARGIN)',
  },
  {
    name: 'the quota without rule E',
    shownBy: 'three keys allowed, two of them expired, an organisation secret',
    file: 'rotation/plan.ts',
    find: 'if (isExpiredForSure(key, date, look.githubDate)) {',
    replace: 'if (isExpiredForSure(key, date, look.githubDate) && false) {',
  },
  {
    name: 'the two-key plan without its waiting rule',
    shownBy: 'two keys allowed, two runs one after the other, two faults each',
    file: 'rotation/room.ts',
    find: 'const soonest = [...young.map(({ createdAt }) => settledAt(createdAt)), ...written, ...onTheirWay];',
    replace: 'const soonest = [...onTheirWay];',
  },
  {
    name: 'a lost create forgotten where places run out',
    shownBy: 'two keys allowed, two runs one after the other, two faults each',
    file: 'rotation/room.ts',
    find: '...written, ...onTheirWay];',
    replace: '...written];',
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
  {
    name: 'whatever is older than what looks current named as superseded by a look',
    shownBy: 'seen 1: an organisation secret, its audience edited after a crash, and the revoke job',
    file: 'rotation/plan.ts',
    find: 'keys.filter((key) => isSuperseded(key, secrets, keys))',
    replace:
      'keys.filter((j) => j.isActive && keys.some((k) => j.createdAt < k.createdAt - FENCE && secrets.every(({ updatedAt }) => candidatesFor(updatedAt, [k]).length > 0)))',
  },
  {
    name: 'one reading of a secret believed',
    shownBy: 'seen 2: one passing 404 for a secret, two keys allowed',
    ...NO_SECOND_READING,
  },
  {
    name: 'room made that the create does not need',
    shownBy: 'seen 2: one passing 404 for a secret',
    file: 'rotation/plan.ts',
    find: 'let needed = look.conflicted ? allowed.length : 0;',
    replace: 'let needed = allowed.length;',
    also: [NO_SECOND_READING],
  },
  {
    name: 'two readings of a secret that differ believed',
    shownBy: 'seen 2: one passing 404 for a secret, two keys allowed',
    file: 'rotation/read-snapshot.ts',
    find: 'return { ...look, contradicted: true, readingsDiffer: known.some(({ differs }) => differs) };',
    replace: 'return look;',
  },
  {
    name: 'times of keys never held against the Date of MUTX',
    shownBy: 'seen 3: times of keys without a zone, two hours east, two keys allowed',
    file: 'rotation/replace-key.ts',
    find: 'if (contradiction !== undefined && !mustStore(run, checked.look)) {',
    replace: 'if (contradiction !== undefined && run.late !== undefined) {',
    also: [
      {
        file: 'rotation/replace-key.ts',
        find: 'if (contradiction !== undefined && stored.failures.length === 0) {',
        replace: 'if (contradiction !== undefined && run.late !== undefined) {',
      },
    ],
  },
  {
    name: 'never stored as soon as the key is younger than the last write',
    shownBy: 'servers whose Date is set right',
    file: 'rotation/rules.ts',
    find: 'if (updatedAt === undefined || j.createdAt > updatedAt + FENCE + MARGIN) {',
    replace: 'if (updatedAt === undefined || j.createdAt > updatedAt + MARGIN) {',
  },
  {
    name: 'a secret that is gone right before its PUT made anew',
    shownBy: 'seen 4: one passing 404 right before the PUT of an organisation secret',
    file: 'github/targets/organisation.ts',
    find: 'return this.#secret.everThere ? this.#gone() : this.#newAudience();',
    replace: 'return this.#newAudience();',
    also: [
      {
        file: 'github/targets/organisation.ts',
        find: 'if (!reply.ok || this.#prepared === undefined || isSame(reply.value, this.#prepared)) return reply;',
        replace: 'if (reply.ok || !reply.ok) return reply;',
      },
    ],
  },
  {
    name: 'a 404 for a DELETE believed by a rotation',
    shownBy: 'seen 5: a passing 404 for a DELETE',
    file: 'rotation/run.ts',
    find: 'if (open === undefined) return attempt;',
    replace: 'if (open === undefined || list.ok) return attempt;',
  },
  {
    name: 'a list that does not know the new key yet believed to say that it is gone',
    shownBy: 'replicas that are behind, people at work',
    file: 'rotation/run.ts',
    find: "whyNotGone(attempt.id, list, attempt.reason === 'own')",
    replace: 'whyNotGone(attempt.id, list)',
  },
  {
    name: 'a 404 for a DELETE believed in an emergency',
    shownBy: 'seen 5: a passing 404 for a DELETE',
    file: 'revoke/revoke.ts',
    find: "(state === 'gone' && isGone(id, wholeList(list)))",
    replace: "(state === 'gone' && list !== undefined)",
  },
  {
    name: 'rule E by the Date of MUTX alone',
    shownBy: 'seen 6: a Date three days ahead, and a key with two days left',
    file: 'rotation/plan.ts',
    find: 'isExpiredForSure(key, date, look.githubDate)',
    replace: 'isExpiredForSure(key, date)',
  },
  {
    name: 'any 409 taken for the quota',
    shownBy: 'seen 7: a 409 that is not the quota, replacing',
    file: 'rotation/replace-key.ts',
    find: "return code === 'mutx-quota' ||",
    replace: "return code !== '' ||",
  },
  {
    name: 'the last write forgotten by the waiting rule',
    shownBy: 'seen 8: two keys allowed, and lists half a minute old',
    file: 'rotation/room.ts',
    find: 'const written = writesSettledAt(look);',
    replace: 'const written = writesSettledAt({ ...look, secrets: [] });',
  },
  {
    name: 'no time of a look but that of MUTX',
    shownBy: 'seen 8: two keys allowed, and MUTX sends no Date',
    file: 'rotation/snapshot.ts',
    find: 'return date ?? githubDate;',
    replace: 'return date ?? (githubDate === undefined ? undefined : date);',
  },
  {
    name: 'a key that has expired taken for one that no secret holds',
    shownBy: 'seen 8: an organisation secret whose key has expired, beside an orphan',
    file: 'rotation/plan.ts',
    find: 'key.id !== current.id && key.isActive && notInAnyTarget(',
    replace: 'key.id !== current.id && key.isActive && key.expiresAt === undefined && notInAnyTarget(',
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

const SEALED_BOX = 'github/targets/sealed-box.ts';

/** The text of every source that the system needs, by its path below src/: read one time, copied for every mutant. */
let needed: ReadonlyMap<string, string> | undefined;

function neededSources(): ReadonlyMap<string, string> {
  if (needed !== undefined) return needed;
  const found = new Map<string, string>();
  const open = [...Object.values(SOURCE_OF), SEALED_BOX];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    const text = readFileSync(join(SOURCES, file), 'utf8');
    found.set(file, text);
    for (const [, path = ''] of text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)) {
      open.push(join(dirname(file), path));
    }
  }
  needed = found;
  return found;
}

/** The system with the mutant's change, loaded from a copy of its sources that is removed right after. */
async function loadMutant(mutant: Mutant): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'mutant-'));
  try {
    for (const [file, text] of neededSources()) {
      mkdirSync(dirname(join(folder, 'src', file)), { recursive: true });
      writeFileSync(join(folder, 'src', file), text);
    }
    symlinkSync(PACKAGES, join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const edit of [mutant, ...(mutant.also ?? [])]) {
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
    const system = Object.fromEntries(await Promise.all(parts)) as System;
    // It loads libsodium no sooner than it is needed, and by then the folder is gone.
    const sealedBox = pathToFileURL(join(folder, 'src', SEALED_BOX)).href;
    await ((await import(/* @vite-ignore */ sealedBox)) as { warmUpSeal: () => Promise<void> }).warmUpSeal();
    return system;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
