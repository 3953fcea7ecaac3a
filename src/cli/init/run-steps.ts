import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { quietCalls, twice } from '../../commands/calls.ts';
import { connect } from '../../commands/connect.ts';
import type { CommandContext } from '../../commands/context.ts';
import { rotateCommand } from '../../commands/rotate.ts';
import { createTarget } from '../../github/targets/create-target.ts';
import { earlyFailure } from '../../messages/failure.ts';
import { placeText } from '../../messages/words.ts';
import type { Plan } from '../../rotation/plan.ts';
import type { Prepared } from '../doctor/checks/writer-token.ts';
import { type BootstrapSecret, linkedPart, type Setup } from './inputs.ts';
import type { Step } from './steps.ts';

/** A step, and how it is done. What went wrong has been told with `fail`. */
export interface Todo {
  readonly step: Step;
  readonly run: (context: CommandContext) => Promise<void>;
}

interface TodoLook {
  readonly todo: readonly Todo[];
  /** Where the bootstrap secrets go. */
  readonly places: readonly Prepared[];
}

/** Looks at what is there already. The rotation comes last: it needs nothing of what could fail before it. */
export async function todoOf(
  setup: Setup,
  plan: Plan | undefined,
  context: CommandContext,
): Promise<TodoLook> {
  const { inputs, path, cron, uses, isThere } = setup;
  const connection = connect(inputs, context, { tokenExpiryIsTold: true });
  const { github, clock } = connection;
  if (github === undefined) throw new Error('a rotation has a github-token: its inputs say so');
  const call = quietCalls(clock);
  const places: Prepared[] = [];
  const todo: Todo[] = [];
  let makesPlace = true;
  for (const secret of setup.secrets) {
    const target = createTarget(secret.target, { github, secrets: context.secrets, createEnvironment: true });
    const ready = await call(() => target.prepare(), twice);
    const found = ready.ok ? await call(() => target.metadata(), twice) : ready;
    places.push({ label: target.label, about: 'target', failure: found.ok ? undefined : found.failure });
    const step: Extract<Step, { kind: 'secret' }> = {
      kind: 'secret',
      secret: target.secretName,
      place: target.label,
      overwrites: found.ok ? found.value?.updatedAt : undefined,
      // The first one makes it; it is there for the others.
      makesPlace: makesPlace && target.puts === 2,
    };
    makesPlace = false;
    todo.push({ step, run: (running) => storeSecret(secret, step, setup, running) });
  }
  const kept = new Set(setup.secrets.map(({ target }) => target.label));
  const makes = new Set<string>();
  for (const one of inputs.targets) {
    const target = createTarget(one, { github, secrets: context.secrets, createEnvironment: true });
    // What cannot be read has been said of it already.
    if (one.kind !== 'environment' || kept.has(one.label)) continue;
    await call(() => target.prepare(), twice);
    if (target.puts === 2) makes.add(target.label);
  }
  await connection.close();
  const { keyName, gracePeriod } = inputs.settings;
  const { refreshTokenSecret: next } = inputs;
  const successor = next && placeText({ secret: next.secretName, target: next.label });
  const keys = inputs.targets.map(({ secretName, label }) =>
    placeText({ secret: secretName, target: label }),
  );
  return {
    places,
    todo: [
      ...todo,
      {
        step: { kind: 'workflow', path, cron, uses, isThere },
        run: (running) => writeWorkflow(setup, running),
      },
      {
        step: { kind: 'rotation', keyName, places: keys, plan, gracePeriod, makes: [...makes], successor },
        run: (running) => rotateCommand(running),
      },
    ],
  };
}

async function storeSecret(
  { target, value }: BootstrapSecret,
  { makesPlace }: Extract<Step, { kind: 'secret' }>,
  { inputs, withoutPermission }: Setup,
  context: CommandContext,
) {
  const connection = connect(inputs, context, { tokenExpiryIsTold: true });
  const { github, clock } = connection;
  if (github === undefined) throw new Error('a rotation has a github-token: its inputs say so');
  const place = createTarget(target, { github, secrets: context.secrets, createEnvironment: true });
  const what = placeText({ secret: place.secretName, target: place.label });
  const perhaps = [`${what} may have been written all the same`];
  context.unfinished.state = () => perhaps;
  const writing = quietCalls(clock)(async () => {
    const ready = await place.prepare();
    return ready.ok ? place.write(value, () => true) : ready;
  });
  const written = await context.gate.pass(writing);
  await connection.close();
  if (written.ok) return;
  const { kind, status, call } = written.failure;
  const isOfSecret = call.includes('/secrets/');
  const ofPlace = !makesPlace
    ? []
    : isOfSecret
      ? [`the environment ${place.label} was created`]
      : status === 403 && withoutPermission !== undefined
        ? [withoutPermission]
        : [];
  context.fail(
    earlyFailure({
      code: 'not-stored',
      message: `${what} could not be stored`,
      calls: [written.failure],
      state: [...ofPlace, ...(kind === 'unclear' ? perhaps : [])],
    }),
  );
}

async function writeWorkflow(
  { folder, path, text, isThere }: Setup,
  { fail }: CommandContext,
): Promise<void> {
  if (isThere) return;
  // Looked at before the question already; what is there now may be something else.
  const linked = linkedPart(folder, path);
  if (linked !== undefined) {
    const message = `${path} was not written: ${linked} is a symbolic link`;
    fail(earlyFailure({ code: 'not-written', message, state: [] }));
    return;
  }
  try {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    // Whoever made it in the meantime keeps it.
    writeFileSync(join(folder, path), text, { flag: 'wx' });
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'for a reason unknown';
    fail(earlyFailure({ code: 'not-written', message: `${path} could not be written (${why})`, state: [] }));
  }
}
