import { parseDocument } from 'yaml';

/** A file of `.github/workflows`. */
export interface WorkflowText {
  /** For messages: `rotate.yml`. */
  readonly name: string;
  readonly text: string;
}

/** One step that rotates. */
export interface RotationStep {
  /** What stands under `with:`, as texts. */
  readonly inputs: ReadonlyMap<string, string>;
  /** Its job is in an environment. */
  readonly inEnvironment: boolean;
  /** Of the workflow and of its job; both hold. */
  readonly concurrency: readonly Concurrency[];
  /** Its job asks for a runner that GitHub hosts. */
  readonly isHosted: boolean;
}

interface Concurrency {
  readonly group: string;
  /** `expression`: that is known in a run only. */
  readonly cancels: boolean | 'expression';
}

/** What matters here of a workflow that rotates. */
export interface RotationWorkflow {
  readonly name: string;
  readonly events: readonly string[];
  readonly crons: readonly string[];
  readonly steps: readonly RotationStep[];
  /** It calls the reusable workflow, which sees to the rest itself. */
  readonly callsReusable: boolean;
}

const OURS = 'mutx/api-key-action';
const STEP = /^mutx\/api-key-action@/iu;
/** Labels of GitHub's own runners; with a list of labels it is somebody else's. */
const HOSTED = /^(?:ubuntu|windows|macos)-/iu;
const REUSABLE = /^mutx\/api-key-action\/\.github\/workflows\/rotate\.ya?ml@/iu;

/** @returns `unreadable`: it names this action and is no YAML; undefined: it does not rotate */
export function readWorkflow({ name, text }: WorkflowText): RotationWorkflow | 'unreadable' | undefined {
  if (!text.toLowerCase().includes(OURS)) return undefined;
  const root = parsed(text);
  if (root === undefined) return 'unreadable';
  const jobs = [...mapOf(root.get('jobs')).values()].map(mapOf);
  const steps = jobs.flatMap((job) =>
    listOf(job.get('steps'))
      .map(mapOf)
      .filter((step) => STEP.test(textOf(step.get('uses'))))
      .map((step) => ({
        inputs: new Map([...mapOf(step.get('with'))].map(([input, value]) => [input, textOf(value)])),
        inEnvironment: job.has('environment'),
        concurrency: [root, job].flatMap((one) => concurrencyOf(one.get('concurrency'))),
        isHosted: HOSTED.test(textOf(job.get('runs-on'))),
      })),
  );
  const callsReusable = jobs.some((job) => REUSABLE.test(textOf(job.get('uses'))));
  if (steps.length === 0 && !callsReusable) return undefined;
  return { name, ...eventsOf(root.get('on')), steps, callsReusable };
}

function parsed(text: string): ReadonlyMap<string, unknown> | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0) return undefined;
  try {
    return mapOf(document.toJS());
  } catch {
    // An alias without an anchor, or far too many of them.
    return undefined;
  }
}

function eventsOf(on: unknown): Pick<RotationWorkflow, 'events' | 'crons'> {
  if (typeof on === 'string') return { events: [on], crons: [] };
  if (Array.isArray(on)) return { events: on.map(String), crons: [] };
  const map = mapOf(on);
  const crons = listOf(map.get('schedule')).flatMap((one) => {
    const cron = mapOf(one).get('cron');
    return typeof cron === 'string' ? [cron] : [];
  });
  return { events: [...map.keys()], crons };
}

function concurrencyOf(value: unknown): readonly Concurrency[] {
  if (typeof value === 'string') return [{ group: value, cancels: false }];
  const map = mapOf(value);
  if (!map.has('group')) return [];
  const cancels = textOf(map.get('cancel-in-progress')).trim();
  const isExpression = cancels.includes('${{') && !/^\$\{\{\s*(?:true|false)\s*\}\}$/iu.test(cancels);
  return [
    {
      group: textOf(map.get('group')),
      cancels: isExpression ? 'expression' : /\btrue\b/iu.test(cancels),
    },
  ];
}

function mapOf(value: unknown): ReadonlyMap<string, unknown> {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return new Map(isMap ? Object.entries(value) : []);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
