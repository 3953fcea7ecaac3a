import { describe, expect, it } from 'vitest';
import {
  environmentSegment,
  ownerSegment,
  repositorySegment,
  secretSegment,
} from '../../src/github/targets/names.ts';

// Holds invariant 23 of docs/threat-model.md.

describe('names on their way into a URL', () => {
  it.each([
    ['production', 'production'],
    ['a/b', 'a%2Fb'],
    ['two words', 'two%20words'],
    ['100%', '100%25'],
    ['Köln ☀', 'K%C3%B6ln%20%E2%98%80'],
    ['a?b#c', 'a%3Fb%23c'],
    ['..a', '..a'],
  ])('encodes the environment %j', (name, encoded) => {
    expect(environmentSegment(name)).toBe(encoded);
  });

  it.each(['', '.', '..', 'a\nb', '\u0000', '\ud800', 'x'.repeat(256)])(
    'refuses the environment %j',
    (name) => {
      expect(() => environmentSegment(name)).toThrow(TypeError);
    },
  );

  it.each(['acme', 'Acme-2', 'octo_corp', '0ad'])('takes the owner %s', (name) => {
    expect(ownerSegment(name)).toBe(name);
  });

  it.each(['', 'a/b', 'a b', '../x', 'a%2Fb', 'ä', '-a'])('refuses the owner %j', (name) => {
    expect(() => ownerSegment(name)).toThrow('not the name of an owner');
  });

  it.each(['web', '.github', 'a.b_c-d', '...'])('takes the repository %s', (name) => {
    expect(repositorySegment(name)).toBe(name);
  });

  it.each(['', '.', '..', 'a/b', 'a?b', 'x'.repeat(101)])('refuses the repository %j', (name) => {
    expect(() => repositorySegment(name)).toThrow('not the name of a repository');
  });

  it('gives secret names in upper case', () => {
    expect(secretSegment('mutx_api_Key')).toBe('MUTX_API_KEY');
  });

  it.each(['', '1A', 'A-B', 'github_token', 'A/B'])('refuses the secret name %j', (name) => {
    expect(() => secretSegment(name)).toThrow('not the name of a secret');
  });
});
