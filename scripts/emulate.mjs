#!/usr/bin/env node
// Runs the emulator on loopback, with some accounts, a repository and tokens in it, until SIGTERM or SIGINT.
// Prints what to point tools at, one KEY=value a line, and `ready` last.
//
//   node scripts/emulate.mjs [--generation v1|documented] [--repository acme/demo] [--base-path /api/v3]
//                            [--write-env <file>]  appends the same lines to a file, $GITHUB_ENV for one
//                            [--report <file>]     at the end: requests, keys and secrets as JSON, without any plaintext
//
// Needs Node 24, which runs TypeScript as it is. Everything in here is made up: no credential opens anything else.

import { appendFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

if (process.features.typescript !== 'strip') {
  console.error('The emulator runs on Node 24: npx node scripts/emulate.mjs');
  process.exit(2);
}

const { values: options } = parseArgs({
  options: {
    generation: { type: 'string', default: 'v1' },
    repository: { type: 'string', default: process.env.GITHUB_REPOSITORY ?? 'acme/demo' },
    environment: { type: 'string', default: 'production' },
    'base-path': { type: 'string', default: '' },
    'write-env': { type: 'string' },
    report: { type: 'string' },
  },
});
if (!['v1', 'documented'].includes(options.generation)) {
  console.error('--generation is v1 or documented');
  process.exit(2);
}

const { startEmulator } = await import('../src/emulator/index.ts');
const emulator = await startEmulator({
  mutx: { generation: options.generation },
  github: { basePath: options['base-path'] },
});
const { mutx, github } = emulator;
github.addRepository(options.repository, { environments: [options.environment] });

const lines = {
  MUTX_API_URL: mutx.url,
  // A runner gives every step its own GITHUB_API_URL; hence the second name.
  GITHUB_API_URL: github.url,
  EMULATED_GITHUB_API_URL: github.url,
  EMULATED_REPOSITORY: options.repository,
  EMULATED_ENVIRONMENT: options.environment,
  EMULATED_WRITER_TOKEN: github.issueToken({ expiresAt: Date.now() + 90 * 86_400_000 }),
  EMULATED_WORKFLOW_TOKEN: github.issueToken({ kind: 'github-token' }),
};
for (const plan of ['FREE', 'STARTER', 'PRO', 'ENTERPRISE']) {
  const user = mutx.addUser({ plan, email: `${plan.toLowerCase()}@example.com` });
  lines[`MUTX_EMAIL_${plan}`] = user.email;
  lines[`MUTX_PASSWORD_${plan}`] = user.password;
  lines[`MUTX_JWT_${plan}`] = mutx.issueAccessJwt(user);
  lines[`MUTX_REFRESH_TOKEN_${plan}`] = mutx.issueRefreshToken(user);
}
const text = Object.entries(lines)
  .map(([name, value]) => `${name}=${value}\n`)
  .join('');
process.stdout.write(text);
if (options['write-env'] !== undefined) appendFileSync(options['write-env'], text);
console.log('ready');

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    if (options.report !== undefined) writeFileSync(options.report, `${JSON.stringify(report(), null, 2)}\n`);
    await emulator.close();
    process.exit(0);
  });
}

function report() {
  const { repository, environment } = options;
  const places = {
    [repository]: { repository },
    [`${repository}@${environment}`]: { repository, environment },
  };
  return {
    requests: emulator.ledger.entries,
    unexpected: emulator.ledger.unexpected(),
    keys: mutx.keys.map((key) => ({
      id: key.id,
      name: key.name,
      works: mutx.accepts(key.plaintext),
      createdAt: new Date(key.createdAt).toISOString(),
    })),
    secrets: Object.entries(places).flatMap(([place, where]) =>
      github.secrets(where).map(({ name, updatedAt }) => {
        const value = github.openSecret(where, name);
        return {
          place,
          name,
          updatedAt: new Date(updatedAt).toISOString(),
          holdsKey: mutx.keyOf(value)?.id,
          works: mutx.accepts(value),
        };
      }),
    ),
  };
}
