import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HERE, openShell, type Ran } from './shell.ts';

interface Planned {
  readonly ok: boolean;
  readonly outputs: {
    readonly due: string;
    readonly jobs: string;
    readonly matrices: readonly { readonly include: readonly unknown[] }[];
    readonly plan: readonly { readonly 'key-name': string; readonly due: boolean | null }[];
  };
}

function fleet(text: string): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'mutx-keys.yml'), text);
  return { MUTX_FLEET_FILE: join(folder, 'mutx-keys.yml') };
}

const TWO = `keys:
  - key-name: web
    targets: ${HERE}
  - key-name: gone
    targets: acme/gone
    renew-before: 7d
`;

describe('mutx-api-key plan', () => {
  it('counts what is due, and what gets a job because it could not be looked at, and names both', async () => {
    await using shell = await openShell();
    const now = shell.emulator.mutx.clock.now();
    shell.emulator.mutx.addKey(shell.user, { name: 'gone', createdAt: now - 1e9, expiresAt: now + 2e9 });
    const json = await shell.run(['plan', '--json'], fleet(TWO));
    const { outputs } = JSON.parse(json.stdout) as Planned;
    expect(outputs).toMatchObject({ due: '1', jobs: '2' });
    expect(outputs.plan.map((key) => [key['key-name'], key.due])).toEqual([
      ['web', true],
      ['gone', null],
    ]);
    expect(outputs.matrices.flatMap(({ include }) => include)).toHaveLength(2);
    const said: Ran = await shell.run(['plan'], fleet(TWO));
    expect(said.code, said.stderr).toBe(0);
    expect(said.stdout).toContain(
      '1 of 2 keys (2 targets) is due; 1 could not be looked at, and gets a job that finds out: 2 jobs\n',
    );
    expect(said.stdout).toMatch(/\n *State +Key +Targets +Expires +Why\n/u);
  });
});
