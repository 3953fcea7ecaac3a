import { describe, expect, it } from 'vitest';
import { expectNoLeak } from './leaks.ts';
import { normal } from './normal.ts';
import { DAY, startWorld } from './world.ts';

// Holds invariant 27 of docs/threat-model.md.

describe('inputs', () => {
  it('a credential that has expired is told together with the others', async () => {
    await using world = await startWorld();
    const expired = world.emulator.mutx.issueAccessJwt(world.user, { expiresIn: -DAY });
    const run = await world.rotate({ inputs: { 'bootstrap-jwt': expired, 'expires-in-days': '400' } });
    const log = run.log.join('\n');
    expect(log).toContain('2 inputs cannot be used [invalid-input]');
    expect(log).toContain('`bootstrap-jwt` holds an access JWT that expired at');
    expect(log).toContain('`expires-in-days` is not a whole number');
    expect(world.emulator.ledger.entries).toEqual([]);
    await expectNoLeak(run, world);
  });

  it('three of which are wrong are told at once, and nothing is called', async () => {
    await using world = await startWorld();
    const run = await world.rotate({
      inputs: { 'expires-in-days': '400', targets: 'acme\nacme/web@', 'on-quota': 'explode' },
    });
    expect(run.exitCode).toBe(1);
    expect(normal(run.log.join('\n'), world)).toMatchInlineSnapshot(`
      "MUTX API key not rotated: 4 inputs cannot be used [invalid-input]

        - \`targets\` does not name a repository as \`owner/repo\` (given: \`acme\`); it takes one target a line: \`owner/repo\`, \`owner/repo@environment\` or \`org:name\`, with a store (\`dependabot:\`, \`codespaces:\`, \`agents:\`) before it and \` as OTHER_NAME\` after it where wanted. Fix: correct it; see the grammar of \`targets\` in the README
        - \`targets\` does not name an environment that GitHub allows (given: \`acme/web@\`); it takes one target a line: \`owner/repo\`, \`owner/repo@environment\` or \`org:name\`, with a store (\`dependabot:\`, \`codespaces:\`, \`agents:\`) before it and \` as OTHER_NAME\` after it where wanted. Fix: correct it; see the grammar of \`targets\` in the README
        - \`expires-in-days\` is not a whole number from 1 to 365 (given: \`400\`); it takes a whole number from 1 to 365. Fix: set \`expires-in-days\` to one of the values allowed, or leave it out
        - \`on-quota\` is none of its values (given: \`explode\`); it takes \`fail\`, \`wait\`, \`replace\`. Fix: set \`on-quota\` to one of the values allowed, or leave it out

        cause: one or more inputs are missing or not in a form this action takes
        fix:   correct the inputs named here; nothing was changed

        State of things now:
        - nothing was changed: no key was made or revoked, no secret was written

        more: https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md#invalid-input
      ##[error]4 inputs cannot be used [invalid-input]
      \`targets\` does not name a repository as \`owner/repo\` (given: \`acme\`); it takes one target a line: \`owner/repo\`, \`owner/repo@environment\` or \`org:name\`, with a store (\`dependabot:\`, \`codespaces:\`, \`agents:\`) before it and \` as OTHER_NAME\` after it where wanted. Fix: correct it; see the grammar of \`targets\` in the README
      \`targets\` does not name an environment that GitHub allows (given: \`acme/web@\`); it takes one target a line: \`owner/repo\`, \`owner/repo@environment\` or \`org:name\`, with a store (\`dependabot:\`, \`codespaces:\`, \`agents:\`) before it and \` as OTHER_NAME\` after it where wanted. Fix: correct it; see the grammar of \`targets\` in the README
      \`expires-in-days\` is not a whole number from 1 to 365 (given: \`400\`); it takes a whole number from 1 to 365. Fix: set \`expires-in-days\` to one of the values allowed, or leave it out
      \`on-quota\` is none of its values (given: \`explode\`); it takes \`fail\`, \`wait\`, \`replace\`. Fix: set \`on-quota\` to one of the values allowed, or leave it out
      Fix: correct the inputs named here; nothing was changed
      State now: nothing was changed: no key was made or revoked, no secret was written
      More: https://github.com/mutx/api-key-action/blob/main/docs/troubleshooting.md#invalid-input"
    `);
    expect(run.annotations.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(run.outputs).toEqual({});
    expect(run.summary).toContain('`expires-in-days`');
    expect(world.emulator.ledger.entries).toEqual([]);
    await expectNoLeak(run, world);
  });

  it.each([
    ['no token for GitHub', { 'github-token': undefined }, 'github-token'],
    ['no credential for MUTX', { 'bootstrap-jwt': undefined }, 'bootstrap-jwt'],
    ['a password without an address', { 'bootstrap-jwt': undefined, password: 'pass-word-1' }, 'email'],
    ['an API that is not encrypted', { 'api-url': 'http://api.example.com' }, 'api-url'],
  ])('with %s: an error that names the input and the fix', async (_what, inputs, name) => {
    await using world = await startWorld();
    const run = await world.rotate({ inputs });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toContain('[invalid-input]');
    expect(run.log.join('\n')).toContain(name);
    expect(world.emulator.ledger.entries).toEqual([]);
    await expectNoLeak(run, world);
  });

  it('with an unknown name and a near miss: warnings, and the run goes on', async () => {
    await using world = await startWorld();
    const run = await world.rotate({ inputs: { secret_name: 'X', 'sweep-after': '1d' } });
    expect(run.exitCode).toBe(0);
    const warnings = run.annotations.filter(({ level }) => level === 'warning');
    expect(warnings.map(({ message }) => message).join('\n')).toMatch(
      /secret-name[\s\S]*ephemeral|ephemeral[\s\S]*secret-name/u,
    );
  });

  it('with an access JWT that has expired: told from the JWT itself, by the time of MUTX, which is not sent it', async () => {
    await using world = await startWorld();
    const jwt = world.emulator.mutx.issueAccessJwt(world.user, { expiresIn: -5 * 60_000 });
    const run = await world.rotate({ inputs: { 'bootstrap-jwt': jwt } });
    expect(run.exitCode).toBe(1);
    expect(run.log.join('\n')).toMatch(/expired at[\s\S]*30 minutes/u);
    expect(
      world.emulator.ledger.entries.map(({ method, path, status }) => `${method} ${path} ${status}`),
    ).toEqual(['GET /v1/api-keys 401']);
    await expectNoLeak(run, world);
  });
});
