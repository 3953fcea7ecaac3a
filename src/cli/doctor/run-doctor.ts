import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../../commands/context.ts';
import { handOn } from '../../commands/outputs.ts';
import { loadRotateInputs } from '../../config/load/rotate.ts';
import type { RotateInputs } from '../../config/load/rotate-inputs.ts';
import type { Loaded } from '../../config/problem.ts';
import { repositoryTarget } from '../../config/targets.ts';
import { permissionFor, settingOf } from '../../github/targets/permissions.ts';
import { earlyFailure } from '../../messages/failure.ts';
import type { Sink } from '../../messages/sink.ts';
import { count } from '../../messages/words.ts';
import { type Check, checkLine, condensed, wouldWork } from './checks/check.ts';
import type { WorkflowText } from './checks/workflow-file.ts';
import { workflowChecks } from './checks/workflows.ts';
import { examine } from './examine.ts';

/**
 * Says, without changing anything, whether a rotation with these inputs would work: a line for each thing that was
 * looked at, and the output `checks`. Fails if it would not.
 * @param folder the repository, for its workflows
 * @param strict what is only worth a warning fails it, too
 */
export function doctorCommand(folder: string, strict = false): (context: CommandContext) => Promise<void> {
  return async (context) => {
    const { env, secrets, sink } = context;
    const loaded = loadRotateInputs(env, secrets);
    const { checks } = await examine(loaded, context);
    const { credential } = loaded.ok ? loaded.value : loaded;
    const expiresInDays = loaded.ok ? loaded.value.settings.expiresInDays : DEFAULT_DAYS;
    const files = workflowsIn(folder);
    const workflows = workflowChecks(files, {
      expiresInDays,
      credential: credential?.kind,
      permissions: permissionsFor(loaded),
    });
    verdict([...checks, ...workflows], strict, context);
    handOn([['checks', JSON.stringify([...checks, ...workflows])]], sink);
  };
}

const DEFAULT_DAYS = 30;

/** What the writer token needs for these targets; where they cannot be read, for the usual one. */
function permissionsFor(loaded: Loaded<RotateInputs>): readonly string[] {
  const { targets, refreshTokenSecret } = loaded.ok ? loaded.value : { targets: [USUAL] };
  const written = refreshTokenSecret === undefined ? targets : [...targets, refreshTokenSecret];
  return [...new Set(written.map((target) => settingOf(permissionFor(target))))];
}

const USUAL = repositoryTarget({ owner: 'owner', repo: 'repo' }, 'MUTX_API_KEY');

function verdict(checks: readonly Check[], strict: boolean, { sink, fail }: CommandContext): void {
  tell(checks, sink);
  const many = (what: Check['verdict']) => checks.filter(({ verdict: one }) => one === what).length;
  if (!wouldWork(checks)) {
    const message = `${count(many('problem'), 'thing')} of ${checks.length} would make it fail, marked ✗ above`;
    fail(earlyFailure({ code: 'doctor-problem', message }));
    return;
  }
  const warnings = many('warning');
  if (strict && warnings > 0) {
    const message = `a rotation would work, but ${count(warnings, 'check')} of ${checks.length} need attention, marked ! above (--strict)`;
    fail(earlyFailure({ code: 'doctor-warning', message }));
    return;
  }
  const but = warnings === 0 ? '' : `; ${count(warnings, 'warning')}, marked ! above`;
  sink.line(`Nothing was found that would stop a rotation${but}. Nothing was changed.`);
}

/** A line for each. */
export function tell(checks: readonly Check[], sink: Sink): void {
  for (const check of condensed(checks)) sink.line(checkLine(check));
}

function workflowsIn(folder: string): readonly WorkflowText[] {
  const root = join(folder, '.github', 'workflows');
  return namesIn(root)
    .filter((name) => /\.ya?ml$/iu.test(name))
    .map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));
}

/** None where there is no such folder. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}
