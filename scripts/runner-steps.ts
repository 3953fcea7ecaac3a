import type { StepResult } from './runner.ts';

/** Told of every step that has ended, before anyone else sees it. */
export const STEPS = 'runner:step';

/** A step with all there is to know of it, **credentials included**: for a search of what it leaked. */
export interface FinishedStep {
  /** The inputs as the process got them, defaults included, by the names that `action.yml` has. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Names of the outputs that the action declares. */
  readonly outputs: readonly string[];
  /** Of the process. */
  readonly arguments: readonly string[];
  /** Arguments, environment and input of each process that the action started. */
  readonly children: readonly string[];
  readonly result: StepResult;
}
