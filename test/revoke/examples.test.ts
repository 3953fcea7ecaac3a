import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { StepResult } from '../../scripts/runner.ts';
import { codeBlocks } from '../project/files.ts';
import { expectNoLeak } from '../scenarios/leaks.ts';
import { KEY_NAME, startWorld, type World } from '../scenarios/world.ts';

interface Workflow {
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly steps: readonly { readonly uses: string; readonly with: Readonly<Record<string, string>> }[];
      }
    >
  >;
}

/** The README's workflows that revoke. */
const EXAMPLES = codeBlocks('README.md')
  .filter(({ language, text }) => language === 'yaml' && text.includes('mutx/api-key-action/revoke@'))
  .map(({ text }) => parse(text) as Workflow);

/** Runs a job's only step as it stands there, its expressions taken from a table. */
async function run(
  world: World,
  workflow: Workflow | undefined,
  job: string,
  values: Readonly<Record<string, string>>,
): Promise<StepResult> {
  const { email, password } = world.user;
  const known: Readonly<Record<string, string>> = {
    'vars.MUTX_EMAIL': email,
    'secrets.MUTX_PASSWORD': password,
    'secrets.SECRETS_WRITER_TOKEN': world.token,
    ...values,
  };
  const [step] = workflow?.jobs[job]?.steps ?? [];
  const inputs = Object.entries(step?.with ?? {}).map(([name, text]) => [
    name,
    text.replace(/\$\{\{ (.+?) \}\}/gu, (_all, expression: string) => {
      const value = known[expression];
      if (value === undefined) throw new Error(`the example reads ${expression}`);
      return value;
    }),
  ]);
  const action = step?.uses.includes('/revoke@') === true ? 'revoke/action.yml' : 'action.yml';
  const given = Object.fromEntries(inputs) as Readonly<Record<string, string>>;
  const result = await world.use(action, { inputs: { 'bootstrap-jwt': undefined, ...given } });
  await expectNoLeak(result, world);
  expect(result.exitCode, result.log.join('\n')).toBe(0);
  return result;
}

describe("the README's workflows", () => {
  const [delayed, panic] = EXAMPLES;

  it('the delayed half revokes what the rotation superseded', async () => {
    await using world = await startWorld();
    const old = await world.withStoredKey();
    const rotation = await run(world, delayed, 'rotate', {});
    expect(world.emulator.mutx.accepts(old)).toBe(true);
    await run(world, delayed, 'revoke', {
      'needs.rotate.outputs.superseded': rotation.outputs['superseded-key-ids'] ?? '',
    });
    expect(world.emulator.mutx.accepts(old)).toBe(false);
    expect(world.active(KEY_NAME).map((key) => key.plaintext)).toEqual([world.stored()]);
  });

  it('the panic button revokes the key of the name that was typed, whatever it holds', async () => {
    await using world = await startWorld();
    const name = '$(touch /tmp/x) `id` "; echo ::stop-commands::x #';
    const key = world.emulator.mutx.addKey(world.user, { name });
    await run(world, panic, 'revoke', { 'inputs.key-name': name });
    expect(world.emulator.mutx.accepts(key.plaintext)).toBe(false);
  });
});
