import { describe, expect, it } from 'vitest';
import { apiOfGithub, apiOfHost, hostOfApi } from '../../src/config/urls.ts';

describe('the API of a GitHub server', () => {
  it.each([
    ['github.com', 'https://api.github.com'],
    ['acme.ghe.com', 'https://api.acme.ghe.com'],
  ])('is known by the host alone: %s', (host, api) => {
    expect(apiOfHost(host)).toBe(api);
    expect(apiOfGithub(host)).toBe(api);
    expect(hostOfApi(new URL(api))).toBe(host);
  });

  it.each([
    'git.example.com',
    'gitlab.com',
    'ghe.com',
    'a.b.ghe.com',
    'github.com.example',
    'git.example:8443',
  ])('is not known by the host alone: %s; an Enterprise Server has it below its own', (host) => {
    expect(apiOfHost(host)).toBeUndefined();
    expect(apiOfGithub(host)).toBe(`https://${host}/api/v3`);
    expect(hostOfApi(new URL(apiOfGithub(host)))).toBe(host);
  });

  it.each(['http://127.0.0.1:3000', 'https://api.example.com', 'https://api.example.com/github'])(
    'does not say which server it belongs to: %s',
    (api) => {
      expect(hostOfApi(new URL(api))).toBeUndefined();
    },
  );
});
