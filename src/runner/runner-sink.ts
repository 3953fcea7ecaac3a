import { appendFileSync } from 'node:fs';
import { NotHandedOn, type Sink } from '../messages/sink.ts';
import * as runner from './workflow-commands.ts';

/** The files by which the runner takes what a step hands on. */
export type RunnerFile = 'GITHUB_OUTPUT' | 'GITHUB_STATE' | 'GITHUB_ENV';

/** Makes sure that the runner takes what is handed on by this file. @throws NotHandedOn */
export function requireFile(file: RunnerFile): void {
  by(file, (path) => appendFileSync(path, ''));
}

/** @throws NotHandedOn there is no such file, or it cannot be written */
function by(file: RunnerFile, write: (path: string) => void): void {
  const path = process.env[file] ?? '';
  if (path === '') throw unwritable(`the runner names no file in \`${file}\``);
  try {
    write(path);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw unwritable(`the file in \`${file}\` cannot be written (${why})`);
  }
}

function unwritable(message: string): NotHandedOn {
  return new NotHandedOn({ code: 'runner-file-unwritable', message });
}

/** The runner's log, commands and files. */
export const runnerSink: Sink = {
  line: (text) => runner.info(text),
  debug: (text) => runner.debug(text),
  group: (title) => runner.startGroup(title),
  endGroup: () => runner.endGroup(),
  notice: ({ title, message, at }) => runner.notice(message, { title, ...at }),
  warning: ({ title, message, at }) => runner.warning(message, { title, ...at }),
  error: ({ title, message, at }) => runner.error(message, { title, ...at }),
  output: (name, value) => by('GITHUB_OUTPUT', () => runner.setOutput(name, value)),
  state: (name, value) => by('GITHUB_STATE', () => runner.saveState(name, value)),
  secretOutput: (name, value) => by('GITHUB_OUTPUT', () => runner.setOutput(name, value.expose())),
  secretVariable: (name, value) => by('GITHUB_ENV', () => runner.exportVariable(name, value.expose())),
  summary: (markdown) => {
    // At once rather than with `@actions/core`, whose promise a cancelled job would not wait for.
    const { GITHUB_STEP_SUMMARY: file } = process.env;
    if (file === undefined || file === '') return;
    try {
      appendFileSync(file, markdown);
    } catch {
      // Whether the key was rotated does not depend on it.
      runner.warning('the job summary could not be written', { title: 'Summary not written' });
    }
  },
};
