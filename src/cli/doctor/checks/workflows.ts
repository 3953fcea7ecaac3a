import { count, list } from '../../../messages/words.ts';
import type { Credential } from '../../../mutx/session/credential.ts';
import { type Check, fine, problem, warning } from './check.ts';
import { cronComplaint, longestGapInDays } from './cron.ts';
import { isOutOfReach } from './reach.ts';
import {
  type RotationStep,
  type RotationWorkflow,
  readWorkflow,
  type WorkflowText,
} from './workflow-file.ts';
import { otherTokenFix } from './writer-token.ts';

/** What the inputs say that the workflow may leave out. */
interface Given {
  readonly expiresInDays: number;
  /** undefined: not readable */
  readonly credential: Credential['kind'] | undefined;
  /** What the token has to be permitted, as GitHub's settings name it: `"Secrets: Read and write"`. */
  readonly permissions: readonly string[];
}

const CREDENTIALS = ['bootstrap-jwt', 'refresh-token', 'password', 'github-token'];
const GITHUB_TOKEN = /\$\{\{[^}]*\b(?:secrets\.GITHUB_TOKEN|github\.token)\b/iu;

/** A refresh token lives for a week; a late or left-out run must not be the end of it. */
const REFRESH_DAYS = 4;

/** What is to be said of the workflows of a repository: one line for each thing that is not as it should be. */
export function workflowChecks(files: readonly WorkflowText[], given: Given): readonly Check[] {
  const checks = files.flatMap((file) => {
    const workflow = readWorkflow(file);
    if (workflow === undefined) return [];
    if (workflow === 'unreadable') {
      return [
        warning('workflow', `${file.name} is not a YAML file that GitHub can read`, 'correct its syntax'),
      ];
    }
    const wrong = complaints(workflow, given);
    return wrong.length > 0 ? wrong : [fine('workflow', `${file.name}: ${scheduleText(workflow)}`)];
  });
  if (checks.length > 0) return checks;
  const none = 'no workflow in this folder rotates the key';
  return [warning('workflow', none, 'let `mutx-api-key init` write one, or say where it is with `--folder`')];
}

function scheduleText({ crons }: RotationWorkflow): string {
  if (crons.length === 0) return 'it rotates the key when it is started';
  const gap = longestGapInDays(crons);
  return `it rotates the key every ${gap === 1 ? 'day' : `${gap} days`} at the latest`;
}

function complaints(workflow: RotationWorkflow, given: Given): readonly Check[] {
  const of = (check: Check): Check => ({ ...check, text: `${workflow.name}: ${check.text}` });
  return [
    ...aboutEvents(workflow),
    ...aboutCrons(workflow),
    ...workflow.steps.flatMap((step) => [
      ...aboutSchedule(workflow, step, given),
      ...aboutConcurrency(step),
      ...aboutCredentials(step, given),
      ...aboutAddress(step),
    ]),
  ].map(of);
}

function aboutEvents({ events, crons, callsReusable }: RotationWorkflow): readonly Check[] {
  if (events.includes('pull_request_target')) {
    return [
      warning(
        'workflow',
        '`pull_request_target` lets anybody who can open a pull request start it, with your secrets',
        'start it by `schedule` and `workflow_dispatch` only',
      ),
    ];
  }
  return callsReusable && crons.length === 0 ? unscheduled(events) : [];
}

/** Each schedule that GitHub does not take; then it takes none of the file. */
function aboutCrons({ crons }: RotationWorkflow): readonly Check[] {
  const refused = crons.flatMap((cron) => {
    const why = cronComplaint(cron);
    return why === undefined
      ? []
      : [
          warning(
            'workflow',
            `its schedule \`${cron}\` ${why}`,
            "write it like `cron: '17 4 * * 1'`, in UTC",
          ),
        ];
  });
  if (refused.length > 0 || crons.length === 0 || Number.isFinite(longestGapInDays(crons))) return refused;
  const text = `its schedule ${list(crons.map((cron) => `\`${cron}\``))} comes less than once in two years`;
  return [warning('workflow', text, "write one like `cron: '17 4 * * 1'`")];
}

/** Somebody else may start these. */
const STARTED_ELSEWHERE = ['workflow_call', 'repository_dispatch', 'workflow_run', 'pull_request_target'];

function unscheduled(events: readonly string[]): readonly Check[] {
  if (events.some((event) => STARTED_ELSEWHERE.includes(event))) return [];
  return [
    warning(
      'workflow',
      'it has no `schedule`, so the key expires unless somebody starts it in time',
      "add one: `on: { schedule: [{ cron: '17 4 * * 1' }], workflow_dispatch: {} }`",
    ),
  ];
}

function aboutSchedule(
  { crons, events }: RotationWorkflow,
  { inputs }: RotationStep,
  { expiresInDays, credential }: Given,
): readonly Check[] {
  const isStatic = inputs.has('bootstrap-jwt') && credential !== 'opaque';
  if (crons.length === 0) return isStatic ? [] : unscheduled(events);
  if (isStatic) {
    return [
      warning(
        'workflow',
        'it runs on a schedule with `bootstrap-jwt`, and an access JWT is dead after 30 minutes',
        'give `email` and `password` of a service account, or `refresh-token`',
      ),
    ];
  }
  if (crons.some((cron) => cronComplaint(cron) !== undefined)) return [];
  const gap = longestGapInDays(crons);
  if (!Number.isFinite(gap)) return [];
  if (inputs.has('refresh-token') && gap > REFRESH_DAYS) {
    return [
      warning(
        'workflow',
        `it runs every ${gap} days with a refresh token, which is dead 7 days after its last use`,
        "let it run at least twice a week: `cron: '17 4 * * 1,4'`",
      ),
    ];
  }
  // An expression is known in a run only, and what is no number is told by the action itself.
  const days = Number(inputs.get('expires-in-days')?.trim() || expiresInDays);
  if (gap < days || Number.isNaN(days)) return [];
  return [
    warning(
      'workflow',
      `it runs every ${gap} days, and the key lives for ${count(days, 'day')}: it expires before the next run`,
      'let it run more often, or raise `expires-in-days`',
    ),
  ];
}

const CONCURRENCY = '`concurrency: { group: mutx-api-key, cancel-in-progress: false }`';

/** What makes a group of each run's own. */
const OF_A_RUN = /\$\{\{[^}]*\bgithub\.(?:run_id|run_number|run_attempt|sha)\b/iu;

function aboutConcurrency({ concurrency }: RotationStep): readonly Check[] {
  if (concurrency.length === 0) {
    const text = 'it has no `concurrency:`, so that two rotations can run at the same time';
    return [warning('workflow', text, `add ${CONCURRENCY}`)];
  }
  const fix = `write ${CONCURRENCY}`;
  if (concurrency.every(({ group }) => OF_A_RUN.test(group))) {
    const text =
      'its `concurrency` group is another one in each run, so that two rotations can run at the same time';
    return [warning('workflow', text, fix)];
  }
  if (concurrency.some(({ cancels }) => cancels === true)) {
    const text = '`cancel-in-progress` ends a rotation in the middle when the next one begins';
    return [warning('workflow', text, fix)];
  }
  if (concurrency.every(({ cancels }) => cancels === false)) return [];
  const text =
    '`cancel-in-progress` is an expression: where it is true, the next rotation ends this one in the middle';
  return [warning('workflow', text, fix)];
}

function aboutCredentials({ inputs, inEnvironment }: RotationStep, { permissions }: Given): readonly Check[] {
  const checks: Check[] = [];
  for (const name of CREDENTIALS) {
    const value = inputs.get(name)?.trim() ?? '';
    if (value === '' || value.includes('${{')) continue;
    const text = `\`${name}\` stands in the file itself, for everybody who can read it`;
    const fix = 'make it invalid where it was made, and keep the new one as a secret';
    checks.push(warning('workflow', text, fix));
  }
  if (GITHUB_TOKEN.test(inputs.get('github-token') ?? '')) {
    const text = '`github-token` is `GITHUB_TOKEN`, which can never write secrets';
    checks.push(problem('workflow', text, otherTokenFix(list(permissions))));
  }
  if (inputs.has('refresh-token') && !inEnvironment) {
    const text = 'its refresh token is not in an environment, so a queued run may hold one that is spent';
    const fix =
      'give the job an `environment:`, keep the token as a secret of it, and name that in `refresh-token-secret`';
    checks.push(warning('workflow', text, fix));
  }
  return checks;
}

function aboutAddress({ inputs, isHosted }: RotationStep): readonly Check[] {
  const url = URL.parse(inputs.get('api-url') ?? '');
  if (url === null || !isHosted || !isOutOfReach(url)) return [];
  const text = `its \`api-url\` is ${url.origin}, which a runner that GitHub hosts cannot reach`;
  const fix = 'give the public address of MUTX, or run the job on a machine of that network';
  return [warning('workflow', text, fix)];
}
