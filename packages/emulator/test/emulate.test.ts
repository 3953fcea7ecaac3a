import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { send } from './wire.ts';

const SCRIPT = fileURLToPath(new URL('../../../scripts/emulate.mjs', import.meta.url));

test('emulate says what to point tools at, runs until SIGTERM, and reports without any plaintext', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'emulate-'));
  const [envFile, reportFile] = [join(folder, 'env'), join(folder, 'report.json')];
  const args = [SCRIPT, '--write-env', envFile, '--report', reportFile, '--repository', 'acme/web'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const environment: Record<string, string> = {};
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === '') break;
      const mark = line.indexOf('=');
      environment[line.slice(0, mark)] = line.slice(mark + 1);
    }
    const fromFile = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`);
    expect(await readFile(envFile, 'utf8')).toBe(fromFile.join(''));
    const headers = { authorization: `Bearer ${environment['MUTX_JWT_FREE']}` };
    const url = environment['MUTX_API_URL'] ?? '';
    const { json } = await send(url, 'POST', '/v1/api-keys', { headers, body: { name: 'a' } });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    const text = await readFile(reportFile, 'utf8');
    expect(text).not.toContain(json.key);
    expect(JSON.parse(text)).toMatchObject({
      requests: [{ seq: 1, status: 201, effect: `key minted ${json.id}` }],
      unexpected: [],
      keys: [{ id: json.id, name: 'a', works: true }],
      secrets: [],
    });
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
});
