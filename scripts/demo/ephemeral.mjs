import { check, heading, REPOSITORY, runAction, traceOf } from './stage.mjs';

const ACTION = 'ephemeral/action.yml';

/**
 * A key for one job: the first step makes it, a later step calls MUTX with it, the post step gives it back, all of
 * them in processes of their own. The account is one that has no other key.
 */
export async function ephemeral(stage) {
  const { mutx, github } = stage.emulator;
  const user = mutx.addUser({ plan: 'FREE' });
  const inputs = { 'bootstrap-jwt': mutx.issueAccessJwt(user), 'api-url': mutx.url };
  const env = { GITHUB_REPOSITORY: REPOSITORY, GITHUB_API_URL: github.url, GITHUB_JOB: 'test' };

  heading('A key for one job: the first step');
  await using main = await runAction(ACTION, { inputs, env });
  const { MUTX_API_KEY: key = '' } = main.env;
  check(`the action ends with 0 (${Math.round(main.ms)} ms)`, main.exitCode === 0);
  check('the key is in the output and in MUTX_API_KEY', key !== '' && main.outputs['api-key'] === key);
  // What was asked for is not what is looked for.
  const asked = { ...main, outputs: {}, env: {} };
  check('it is in no word of the log, the summary or the state', !traceOf(key, asked));

  heading('A step of the job that uses it');
  check('MUTX answers $MUTX_API_KEY with 200', (await stage.statusOf(key)) === 200);

  heading('The post step, without inputs, as in a nested composite');
  const { state } = main;
  await using post = await runAction(ACTION, { phase: 'post', state, env: { ...env, ...main.env } });
  check(`the post step ends with 0 (${Math.round(post.ms)} ms)`, post.exitCode === 0);
  check('MUTX answers the key with 401', (await stage.statusOf(key)) === 401);
  check('no active key is left', mutx.activeKeys(user).length === 0);
  check('the key is in nothing that the post step left', !traceOf(key, post));
}
