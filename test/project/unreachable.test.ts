import { describe, expect, it } from 'vitest';
import { reaches } from '../../scripts/unreachable.ts';

// Holds invariant 6 of docs/threat-model.md: what is not in the bundle cannot be asked for.

const CORE = '/clone/node_modules/@actions/core/lib/';

describe('what is left out of the bundle', () => {
  it.each([
    ['its own two files', `${CORE}oidc-utils.js`, `import { HttpClient } from '@actions/http-client';`],
    ['its own two files, again', `${CORE}platform.js`, `import * as exec from '@actions/exec';`],
    [
      'names that reach nothing of it',
      'lib/runner/main.js',
      `import { setSecret, warning as warn } from '@actions/core';`,
    ],
    [
      'another part of the client',
      'lib/http/proxy.js',
      `import { getProxyUrl } from '@actions/http-client/lib/proxy';`,
    ],
  ])('may be imported by %s', (_, file, source) => {
    expect(reaches(file, source)).toBeUndefined();
  });

  it.each([
    ['a file of ours', 'lib/http/agent.js', `import { HttpClient } from '@actions/http-client';`],
    ['a file that loads it late', 'lib/http/agent.js', `const x = await import("@actions/exec");`],
    [
      'a file that requires it',
      '/clone/node_modules/x/index.js',
      `const { exec } = require('@actions/exec')`,
    ],
    ['another file of the package', `${CORE}core.js`, `import { HttpClient } from '@actions/http-client';`],
    ['who wants a token', 'lib/runner/main.js', `import { getIDToken } from '@actions/core';`],
    [
      'who wants one under another name',
      'lib/runner/main.js',
      `import { setSecret, getIDToken as x } from '@actions/core';`,
    ],
    ['who asks about the machine', 'lib/runner/main.js', `import { platform } from '@actions/core';`],
    ['who imports all of it', 'lib/runner/main.js', `import * as core from '@actions/core';`],
    ['who hands on all of it', 'lib/runner/main.js', `export * from '@actions/core';`],
    ['who loads all of it late', 'lib/runner/main.js', `const core = await import('@actions/core');`],
    [
      'who goes around its front',
      'lib/runner/main.js',
      `import { OidcClient } from '@actions/core/lib/oidc-utils.js';`,
    ],
  ])('is refused to %s', (_, file, source) => {
    expect(reaches(file, source)).toBeDefined();
  });
});
