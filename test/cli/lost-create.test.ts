import { expect, it } from 'vitest';
import { openShell } from './shell.ts';

it('a run that ends for want of a place after a lost create gives the request id of the reply that was lost', async () => {
  await using shell = await openShell();
  shell.user.plan = 'FREE';
  shell.emulator.mutx.addKey(shell.user, { name: 'other' });
  shell.emulator.fault({
    server: 'mutx',
    method: 'POST',
    path: /api-keys$/u,
    what: 'refuse',
    status: 500,
    applied: true,
    body: {
      status: 'error',
      error_code: 'INTERNAL_ERROR',
      message: 'no',
      request_id: 'req-of-the-lost-reply',
    },
  });
  const { code, stdout, stderr } = await shell.run(['rotate']);
  expect(code).toBe(1);
  expect(stdout + stderr).toMatch(/\[quota-\S+\]/u);
  expect(stdout + stderr).toContain('req-of-the-lost-reply');
});
