import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The project's own linter configuration, run on one-line files: what it lets through, and what not. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const FORBIDDEN: readonly (readonly [file: string, line: string])[] = [
  ['rotation/value-of-secrets.ts', `import { forms } from '../secrets/forms.ts'; export const x = forms;`],
  ['rotation/value-again.ts', `export { forms } from '../secrets/forms.ts';`],
  ['rotation/value-all.ts', `export * from '../secrets/forms.ts';`],
  ['rotation/for-its-effect.ts', `import '../secrets/forms.ts';`],
  ['rotation/late.ts', `export const x = () => import('../secrets/forms.ts');`],
  ['rotation/late-and-put-together.ts', 'export const x = (name: string) => import("../secrets" + name);'],
  ['config/fleet/like-a-package.ts', `import { parse } from 'yaml-of-another'; export const x = parse;`],
  ['rotation/type-of-http.ts', `import type { X } from '../http/client.ts'; export type Y = X;`],
  ['rotation/inline-type.ts', `import { type Secret } from '../secrets/secret.ts'; export type Y = Secret;`],
  ['rotation/report.ts', `import type { X } from '../messages/log.ts'; export type Y = X;`],
  ['rotation/node.ts', `import { join } from 'node:path'; export const x = join;`],
  ['rotation/package.ts', `import { z } from 'zod'; export const x = z;`],
  ['rotation/type-of-a-package.ts', `import type { X } from '@actions/core'; export type Y = X;`],
  ['rotation/detour.ts', `import { x } from '../rotation/../http/client.ts'; export const y = x;`],
  ['rotation/deep/value.ts', `import { forms } from '../../secrets/forms.ts'; export const x = forms;`],
  ['rotation/outside.ts', `import { x } from '../../scripts/build.mjs'; export const y = x;`],
  ['rotation/new-folder.ts', `import { x } from '../elsewhere/x.ts'; export const y = x;`],
  ['rotation/process.ts', `export const x = process.env;`],
  ['rotation/fetch.ts', `export const x = () => fetch('https://example.com');`],
  ['rotation/console.ts', `export const x = () => console.log('x');`],
  ['revoke/mutx.ts', `import { x } from '../mutx/client.ts'; export const y = x;`],
  ['revoke/type-of-report.ts', `import type { X } from '../messages/log.ts'; export type Y = X;`],
  ['audit/github.ts', `import type { X } from '../github/calls.ts'; export type Y = X;`],
  ['audit/revoke.ts', `import { x } from '../revoke/select.ts'; export const y = x;`],
  ['config/value-of-revoke.ts', `import { x } from '../revoke/select.ts'; export const y = x;`],
  ['messages/value-of-audit.ts', `import { x } from '../audit/find.ts'; export const y = x;`],
  ['secrets/rotation.ts', `import type { X } from '../rotation/ports.ts'; export type Y = X;`],
  ['secrets/core.ts', `import { setSecret } from '@actions/core'; export const x = setSecret;`],
  ['ephemeral/node.ts', `import { createHash } from 'node:crypto'; export const x = createHash;`],
  ['ephemeral/mutx.ts', `import type { X } from '../mutx/jwt.ts'; export type Y = X;`],
  ['ephemeral/engine-of-rotation.ts', `import { x } from '../rotation/engine.ts'; export const y = x;`],
  ['ephemeral/value-of-secrets.ts', `import { x } from '../secrets/registry.ts'; export const y = x;`],
  ['messages/value-of-ephemeral.ts', `import { x } from '../ephemeral/sweep.ts'; export const y = x;`],
  ['http/core.ts', `import { debug } from '@actions/core'; export const x = debug;`],
  ['http/value-of-rotation.ts', `import { x } from '../rotation/rules.ts'; export const y = x;`],
  ['http/mutx.ts', `import type { X } from '../mutx/jwt.ts'; export type Y = X;`],
  ['mutx/core.ts', `import { debug } from '@actions/core'; export const x = debug;`],
  ['mutx/github.ts', `import type { X } from '../github/calls.ts'; export type Y = X;`],
  ['mutx/process.ts', `import process from 'node:process'; export const x = process.env;`],
  ['github/core.ts', `import { debug } from '@actions/core'; export const x = debug;`],
  ['github/mutx.ts', `import { x } from '../mutx/jwt.ts'; export const y = x;`],
  ['github/sodium.ts', `import sodium from 'libsodium-wrappers'; export const x = sodium;`],
  ['github/targets/value-of-inputs.ts', `import { x } from '../../config/targets.ts'; export const y = x;`],
  ['github/targets/http-client.ts', `import { x } from '@actions/http-client'; export const y = x;`],
  ['mutx/session/core.ts', `import { debug } from '@actions/core'; export const x = debug;`],
  ['mutx/session/value-of-rotation.ts', `import { x } from '../../rotation/run.ts'; export const y = x;`],
  ['mutx/session/github.ts', `import type { X } from '../../github/calls.ts'; export type Y = X;`],
  ['config/core.ts', `import { getInput } from '@actions/core'; export const x = getInput;`],
  ['config/value-of-session.ts', `import { x } from '../mutx/session/credential.ts'; export const y = x;`],
  ['config/value-of-rotation.ts', `import { x } from '../rotation/ports.ts'; export const y = x;`],
  ['config/mutx-client.ts', `import { x } from '../mutx/keys.ts'; export const y = x;`],
  ['config/fleet/github.ts', `import { x } from '../../github/client.ts'; export const y = x;`],
  ['config/fleet/type-of-rotation.ts', `import type { X } from '../../rotation/plan.ts'; export type Y = X;`],
  ['config/yaml.ts', `import { parse } from 'yaml'; export const x = parse;`],
  ['messages/core.ts', `import { summary } from '@actions/core'; export const x = summary;`],
  ['messages/http-client.ts', `import { x } from '@actions/http-client'; export const y = x;`],
  ['messages/value-of-rotation.ts', `import { x } from '../rotation/plan.ts'; export const y = x;`],
  ['messages/actions.ts', `import type { X } from '../runner/main.ts'; export type Y = X;`],
  [
    'cli/doctor/checks/value-of-session.ts',
    `import { x } from '../../../mutx/session/session.ts'; export const y = x;`,
  ],
  ['cli/doctor/checks/http.ts', `import type { X } from '../../../http/client.ts'; export type Y = X;`],
  ['cli/doctor/checks/files.ts', `import { readFileSync } from 'node:fs'; export const x = readFileSync;`],
  ['cli/init/value-of-rotation.ts', `import { x } from '../../rotation/plan.ts'; export const y = x;`],
  ['../packages/emulator/src/mutx.ts', `import { x } from '../../../src/mutx/jwt.ts'; export const y = x;`],
  [
    '../packages/emulator/src/type-of-http.ts',
    `import type { X } from '../../../src/http/result.ts'; export type Y = X;`,
  ],
  [
    '../packages/emulator/src/rotation.ts',
    `import type { X } from '../../../src/rotation/ports.ts'; export type Y = X;`,
  ],
  [
    '../packages/emulator/src/session.ts',
    `import { x } from '../../../src/mutx/session/credential.ts'; export const y = x;`,
  ],
  [
    '../packages/emulator/src/actions.ts',
    `import { x } from '../../../src/runner/main.ts'; export const y = x;`,
  ],
  [
    '../packages/emulator/src/github/the-real-one.ts',
    `import { x } from '../../../../src/github/names.ts'; export const y = x;`,
  ],
  ['commands/core.ts', `import { debug } from '@actions/core'; export const x = debug;`],
  ['commands/process.ts', `export const x = process.env;`],
  ['commands/actions.ts', `import type { X } from '../runner/main.ts'; export type Y = X;`],
  ['commands/emulator.ts', `import { x } from '../../packages/emulator/src/index.ts'; export const y = x;`],
  ['library/core.ts', `import { debug } from '@actions/core'; export const x = debug;`],
  ['library/process.ts', `export const x = process.env;`],
  ['library/console.ts', `export const x = () => console.log('x');`],
  ['library/of-the-process.ts', `import { x } from '../process/run-process.ts'; export const y = x;`],
  ['library/actions.ts', `import type { X } from '../runner/main.ts'; export type Y = X;`],
  ['library/cli.ts', `import { x } from '../cli/program.ts'; export const y = x;`],
  [
    'library/value-of-session.ts',
    `import { x } from '../mutx/session/create-session.ts'; export const y = x;`,
  ],
  ['cli.ts', `export { x } from './cli/program.ts';`],
  ['core.ts', `export { debug } from '@actions/core';`],
  ['outside.ts', `export { x } from '../scripts/build.mjs';`],
  ['process.ts', `export const x = process.env;`],
  ['value-of-rotation.ts', `export { x } from './rotation/engine.ts';`],
  ['runner/http.ts', `import { x } from '../http/client.ts'; export const y = x;`],
  ['runner/emulator.ts', `import { x } from '../../packages/emulator/src/index.ts'; export const y = x;`],
  ['runner/sodium.ts', `import sodium from 'libsodium-wrappers'; export const x = sodium;`],
];

const ALLOWED: readonly (readonly [file: string, line: string])[] = [
  [
    'rotation/type-of-secrets.ts',
    `import type { Secret } from '../secrets/secret.ts'; export type Y = Secret;`,
  ],
  ['rotation/itself.ts', `import { x } from './plan.ts'; export const y = x;`],
  ['rotation/deep/itself.ts', `import { x } from '../plan.ts'; export const y = x;`],
  ['ephemeral/retry.ts', `import { x } from '../core/retry.ts'; export const y = x;`],
  ['ephemeral/ports.ts', `import type { X } from '../rotation/ports.ts'; export type Y = X;`],
  ['http/agent.ts', `import { HttpClient } from '@actions/http-client'; export const x = HttpClient;`],
  ['mutx/http.ts', `import { x } from '../http/client.ts'; export const y = x;`],
  ['github/targets/sealed-box.ts', `import sodium from 'libsodium-wrappers'; export const x = sodium;`],
  [
    'github/targets/type-of-inputs.ts',
    `import type { X } from '../../config/targets.ts'; export type Y = X;`,
  ],
  ['github/targets/calls.ts', `import { x } from '../calls.ts'; export const y = x;`],
  ['mutx/session/retry.ts', `import { x } from '../../core/retry.ts'; export const y = x;`],
  ['config/jwt.ts', `import { x } from '../mutx/jwt.ts'; export const y = x;`],
  ['config/type-of-rotation.ts', `import type { X } from '../rotation/ports.ts'; export type Y = X;`],
  ['cli/doctor/checks/rules.ts', `import { x } from '../../../rotation/rules.ts'; export const y = x;`],
  ['cli/doctor/checks/yaml.ts', `import { parseDocument } from 'yaml'; export const x = parseDocument;`],
  ['../packages/emulator/src/sodium.ts', `import sodium from 'libsodium-wrappers'; export const x = sodium;`],
  [
    '../packages/emulator/src/github/of-its-own.ts',
    `import { x } from '../mutx/clock.ts'; export const y = x;`,
  ],
  ['config/fleet/yaml.ts', `import { parse } from 'yaml'; export const x = parse;`],
  ['config/fleet/inputs.ts', `import { x } from '../../config/reader.ts'; export const y = x;`],
  ['commands/all.ts', `import { x } from '../rotation/run.ts'; export const y = x;`],
  ['library/verbs.ts', `import { x } from '../commands/rotate.ts'; export const y = x;`],
  ['library/type-of-session.ts', `import type { X } from '../mutx/session/session.ts'; export type Y = X;`],
  ['library-of-users.ts', `export { x } from './library/rotate.ts';`],
  ['type-of-rotation.ts', `export type { X } from './rotation/outcome.ts';`],
  ['runner/verbs.ts', `import { x } from '../commands/rotate.ts'; export const y = x;`],
  ['runner/core.ts', `import { setSecret } from '@actions/core'; export const x = setSecret;`],
  ['runner/process.ts', `export const x = process.env;`],
];

const RULES = new Set([
  'layers(may-import)',
  'eslint(no-restricted-globals)',
  'typescript(no-import-type-side-effects)',
]);

describe('the linter', () => {
  let folder = '';
  let found = new Set<string>();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'import-rules-'));
    for (const file of ['oxlint.config.ts', 'oxlint.layers.ts', 'tsconfig.json', 'package.json']) {
      cpSync(join(ROOT, file), join(folder, file));
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
    for (const [file, line] of [...FORBIDDEN, ...ALLOWED]) {
      const path = join(folder, 'src', file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `${line}\n`);
    }
    found = lint(folder);
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(FORBIDDEN)('refuses src/%s', (file) => {
    expect(found).toContain(posix.normalize(`src/${file}`));
  });

  test.each(ALLOWED)('takes src/%s', (file) => {
    expect(found).not.toContain(posix.normalize(`src/${file}`));
  });

  test('knows every folder of src/', () => {
    const entries = readdirSync(join(ROOT, 'src'), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory());
    expect(entries.filter((entry) => !folders.includes(entry)).map(({ name }) => name)).toEqual(['index.ts']);
    // A line that each layer may write, but nobody who is not in the table.
    for (const { name } of folders) {
      const path = join(folder, 'src', name, 'from-an-unknown-folder.ts');
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `import { x } from '../elsewhere/x.ts'; export const y = x;\n`);
    }
    const refused = lint(folder);
    expect(folders.filter(({ name }) => !refused.has(`src/${name}/from-an-unknown-folder.ts`))).toEqual([]);
  });
});

/** @returns the files in which a rule about imports or globals found something */
function lint(cwd: string): Set<string> {
  const oxlint = join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint');
  const { diagnostics } = JSON.parse(
    run(process.execPath, [oxlint, '--format', 'json', 'src', 'packages'], cwd),
  ) as {
    diagnostics: readonly { readonly filename: string; readonly code: string }[];
  };
  const ours = diagnostics.filter(({ code }) => RULES.has(code));
  return new Set(ours.map(({ filename }) => filename.replaceAll('\\', '/')));
}

/** Findings make oxlint exit with 1; what it printed is wanted all the same. */
function run(file: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return error.stdout;
    throw error;
  }
}
