import { describe, expect, it } from 'vitest';
import { created, keyPair, notFound, ok, refusal, secretAt, startGithubDouble } from './github-double.ts';
import { repository } from './places.ts';

// Changes of meaning that no other test would see (docs/mutation-testing.md).

const SECRETS = '/repos/acme/web/actions/secrets';
const KEY = `GET ${SECRETS}/public-key`;
const GET = `GET ${SECRETS}/MUTX_API_KEY`;
const PUT = `PUT ${SECRETS}/MUTX_API_KEY`;
const always = () => true;

describe('a secret that GitHub says is not there', () => {
  it.each([
    ['refused', refusal(403, 'Resource not accessible by personal access token')],
    ['not answered', refusal(502, 'Server Error')],
    ['given in a form of its own', ok({ keys: [] })],
  ])('may be there where the public key is %s', async (_, answer) => {
    await using github = await startGithubDouble();
    github.answer(GET, notFound);
    github.answer(KEY, answer);
    expect(await github.target(repository()).metadata()).toMatchObject({ ok: false });
  });
});

it('only what is said of the box itself has it sealed and sent again', async () => {
  await using github = await startGithubDouble();
  const [first, second] = [await keyPair('1'), await keyPair('2')];
  github.answer(GET, secretAt('2026-11-01T12:00:00Z'));
  github.answer(KEY, [first.answer, second.answer]);
  github.answer(PUT, [refusal(403, 'Resource not accessible by personal access token'), created]);
  const target = github.target(repository());
  await target.metadata();
  const reply = await target.write(github.secrets.admit('mutx_live_1'), always);
  expect(reply).toMatchObject({ ok: false, failure: { kind: 'refused' } });
  expect(github.lines).toEqual([GET, KEY, PUT]);
});
