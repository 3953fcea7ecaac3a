import { appendFileSync } from 'node:fs';
import {
  type AnnotationProperties,
  debug,
  endGroup,
  error,
  exportVariable,
  info,
  notice,
  saveState,
  setOutput,
  startGroup,
  warning,
} from '@actions/core';
import { type Annotation, NotHandedOn, type Sink } from '../messages/sink.ts';

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
    // A package that finds no file does not say why; the system does.
    appendFileSync(path, '');
    write(path);
  } catch (thrown) {
    const why = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
    throw unwritable(`the file in \`${file}\` cannot be written (${why})`);
  }
}

function unwritable(message: string): NotHandedOn {
  return new NotHandedOn({ code: 'runner-file-unwritable', message });
}

/** A variable of the steps to come, and of those alone: the package sets it in this process too. */
function handOnVariable(name: string, value: string): void {
  const { [name]: before } = process.env;
  try {
    exportVariable(name, value);
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

function properties({ title, at }: Annotation): AnnotationProperties {
  return { title, ...(at === undefined ? {} : { file: at.file, startLine: at.line }) };
}

/**
 * The runner's log, commands and files. What a step hands on is written only where the runner names a file for it:
 * without one the package prints the value.
 */
export const runnerSink: Sink = {
  line: (text) => info(text),
  debug: (text) => debug(text),
  group: (title) => startGroup(title),
  endGroup: () => endGroup(),
  notice: (annotation) => notice(annotation.message, properties(annotation)),
  warning: (annotation) => warning(annotation.message, properties(annotation)),
  error: (annotation) => error(annotation.message, properties(annotation)),
  output: (name, value) => by('GITHUB_OUTPUT', () => setOutput(name, value)),
  state: (name, value) => by('GITHUB_STATE', () => saveState(name, value)),
  secretOutput: (name, value) => by('GITHUB_OUTPUT', () => setOutput(name, value.expose())),
  secretVariable: (name, value) => by('GITHUB_ENV', () => handOnVariable(name, value.expose())),
  summary: (markdown) => {
    // Immediately rather than with the package, whose promise a cancelled job would not wait for.
    const { GITHUB_STEP_SUMMARY: file } = process.env;
    if (file === undefined || file === '') return;
    try {
      appendFileSync(file, markdown);
    } catch {
      // Whether the key was rotated does not depend on it.
      warning('the job summary could not be written', { title: 'Summary not written' });
    }
  },
};
