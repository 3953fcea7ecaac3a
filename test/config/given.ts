import { expect } from 'vitest';
import { loadRotateInputs } from '../../src/config/load/rotate.ts';
import type { InputProblem } from '../../src/config/problem.ts';
import { SecretRegistry } from '../../src/secrets/registry.ts';

export const NOW = Date.UTC(2026, 10, 23, 21, 14, 5);

/** An API key, an access JWT, a refresh JWT and a GitHub token, as they look in the field. */
export const API_KEY = `mutx_live_0123456789ab_${'k'.repeat(43)}`;
export const ACCESS_JWT = jwt({ sub: 'u1', type: 'access', exp: NOW / 1_000 + 1_800, iat: NOW / 1_000 });
export const REFRESH_JWT = jwt({
  sub: 'u1',
  type: 'refresh',
  exp: NOW / 1_000 + 7 * 86_400,
  jti: 'j1',
  family_id: 'f1',
});
export const GITHUB_TOKEN = `github_pat_${'G'.repeat(60)}`;
export const PASSWORD = 'correct horse battery staple';

export function jwt(payload: unknown, signature = 'c2lnbmF0dXJl'): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'HS256', typ: 'JWT' }), part(payload), signature].join('.');
}

/** The runner's variables for these inputs. */
export function variables(inputs: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const given = Object.entries(inputs).map(
    ([name, value]) => [`INPUT_${name.toUpperCase()}`, value] as const,
  );
  return { GITHUB_ACTIONS: 'true', GITHUB_REPOSITORY: 'Acme/Web', ...Object.fromEntries(given) };
}

/** What a rotation cannot do without. */
export const ENOUGH = { 'bootstrap-jwt': ACCESS_JWT, 'github-token': GITHUB_TOKEN };

/** Loads the inputs `ENOUGH` and these, and keeps the masks in the order they were told. */
export function load(inputs: Readonly<Record<string, string>> = {}, env: NodeJS.ProcessEnv = {}) {
  return loadOnly({ ...ENOUGH, ...inputs }, env);
}

/** Loads these inputs and no others. */
export function loadOnly(inputs: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) {
  const masks: string[] = [];
  const secrets = new SecretRegistry((mask) => masks.push(mask));
  const loaded = loadRotateInputs({ ...variables(inputs), ...env }, secrets);
  return { loaded, masks, secrets };
}

/** What was loaded; fails the test where something was wrong. */
export function loadedFrom(inputs: Readonly<Record<string, string>> = {}, env: NodeJS.ProcessEnv = {}) {
  const { loaded } = load(inputs, env);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, undefined, 2));
  return { ...loaded.value, warnings: loaded.warnings };
}

/** The problems found; none where the inputs are fine. */
export function problemsOf(inputs: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) {
  const { loaded } = load(inputs, env);
  return loaded.ok ? [] : toldInFull(loaded.problems);
}

/** The same problems, each of which has to say what is wrong, what is allowed and what to do. */
export function toldInFull(problems: readonly InputProblem[]): readonly InputProblem[] {
  const text = expect.stringMatching(/^\S.*[a-z)`]/);
  for (const problem of problems) expect(problem).toMatchObject({ message: text, allowed: text, fix: text });
  return problems;
}
