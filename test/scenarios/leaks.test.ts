import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { StepResult } from '../../scripts/runner.ts';
import { expectNoLeak } from './leaks.ts';

const PASSWORD = 'pässword "with" /all+of it?';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJlLW9mLXRoaXM_-A';
const credentials = new Set([PASSWORD, JWT, 'mutx_live_0123456789ab_key']);

/** Hidden in something longer, so that nothing stands at a convenient place. */
const base64 = (text: string, offset: number) =>
  Buffer.from(`${'x'.repeat(offset)}${text}and more`).toString('base64');

async function stepWith(
  text: string,
  where: (step: StepResult) => Partial<StepResult>,
  file = '',
): Promise<StepResult> {
  const folder = await mkdtemp(join(tmpdir(), 'step-'));
  await writeFile(join(folder, 'file'), file === '' ? 'nothing' : `before ${text} after`);
  const step: StepResult = {
    exitCode: 0,
    rawStdout: '',
    rawStderr: '',
    log: [],
    annotations: [],
    masks: [],
    outputs: {},
    env: {},
    state: {},
    summary: '',
    folder,
    ms: 0,
    since: { firstLine: undefined, exit: 0 },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
  return { ...step, ...where(step) };
}

it.each<[string, string]>([
  ['as it is', `-> ${PASSWORD} <-`],
  ['base64', Buffer.from(PASSWORD).toString('base64')],
  ['base64 without padding', Buffer.from(PASSWORD).toString('base64').replace(/=+$/u, '')],
  ['base64 inside, at the first offset', base64(PASSWORD, 0)],
  ['base64 inside, at the second offset', base64(PASSWORD, 1)],
  ['base64 inside, at the third offset', base64(PASSWORD, 2)],
  ['base64 inside, at some offset', base64(PASSWORD, 14)],
  ['base64url', Buffer.from(`x${PASSWORD}`).toString('base64url')],
  ['URL-encoded', encodeURIComponent(PASSWORD)],
  ['URL-encoded in lower case', encodeURIComponent(PASSWORD).replaceAll(/%../gu, (at) => at.toLowerCase())],
  ['URL-encoded, all of it', Buffer.from(PASSWORD).toString('hex').replaceAll(/../gu, '%$&')],
  ['JSON', JSON.stringify({ password: PASSWORD })],
  ['hex', Buffer.from(PASSWORD).toString('hex')],
  ['hex in upper case', Buffer.from(PASSWORD).toString('hex').toUpperCase()],
  ["a JWT's signature alone", 'c2lnbmF0dXJlLW9mLXRoaXM_-A'],
  ['an API key in base64url', Buffer.from('{"k":"mutx_live_0123456789ab_key"}').toString('base64url')],
])('a credential is found %s', async (_form, text) => {
  await using step = await stepWith(text, () => ({ log: ['a line', text] }));
  await expect(expectNoLeak(step, { credentials })).rejects.toThrow('log holds');
});

it.each<[string, (step: StepResult) => Partial<StepResult>]>([
  ['stdout', () => ({ rawStdout: `::notice::${JWT}` })],
  ['stderr', () => ({ rawStderr: JWT })],
  ['log', () => ({ log: [JWT] })],
  ['annotations', () => ({ annotations: [{ level: 'warning', title: 'x', message: JWT }] })],
  ['summary', () => ({ summary: JWT })],
  ['summary, as it is shown', () => ({ summary: 'the key mutx\\_live\\_0123456789ab\\_key' })],
  ['outputs', () => ({ outputs: { 'key-id': JWT } })],
  ['env', () => ({ env: { KEY: JWT } })],
  ['state', () => ({ state: { id: JWT } })],
])('a credential is found in the %s', async (channel, where) => {
  await using step = await stepWith('', where);
  await expect(expectNoLeak(step, { credentials })).rejects.toThrow(`${channel} holds`);
});

it('a credential is found in a file that was left behind', async () => {
  await using step = await stepWith(JWT, () => ({}), 'file');
  await expect(expectNoLeak(step, { credentials })).rejects.toThrow('file holds');
});

it('telling the runner what to mask is no leak, nor is anything that is none', async () => {
  await using step = await stepWith('', () => ({
    rawStdout: `::add-mask::${JWT}\nlogged in`,
    log: ['logged in as bot@example.com', 'eyJhbGciOiJIUzI1NiJ9 is a header of many'],
  }));
  await expectNoLeak(step, { credentials });
});
