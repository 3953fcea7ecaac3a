import { describe, expect, it } from 'vitest';
import { isMadeHere, neighboursOf } from '../../src/config/key-name.ts';
import { decodedName, type Target } from '../../src/config/targets.ts';

describe('a name as if it were URL-encoded', () => {
  it.each([
    ['prod%2Feu', 'prod/eu'],
    ['prod%FF', undefined],
    ['prod', undefined],
    ['50%', undefined],
  ])('%s', (name, decoded) => {
    expect(decodedName(name)).toBe(decoded);
  });
});

describe('the name of a key that this tool makes by itself', () => {
  it.each([
    ['gha/acme/web/MUTX_API_KEY', true],
    ['github.acme.example/gha/acme/web/MUTX_API_KEY', true],
    ['exec/host/run/1', true],
    ['exec/host', false],
    ['laptop', false],
  ])('%s', (name, isOurs) => {
    expect(isMadeHere(name)).toBe(isOurs);
  });
});

describe('the neighbours of targets', () => {
  const target = (repo: string): Target => ({
    kind: 'repository',
    label: `acme/${repo}`,
    owner: 'acme',
    repo,
    store: 'actions',
    secretName: 'K',
  });

  it('are not looked for beside more than four', () => {
    const five = ['a', 'b', 'c', 'd', 'e'].map(target);
    expect(neighboursOf(five)).toEqual([]);
    expect(neighboursOf(five.slice(1)).length).toBeGreaterThan(0);
  });
});
