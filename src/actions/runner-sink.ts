import { appendFileSync } from 'node:fs';
import type { Sink } from '../report/sink.ts';
import * as runner from './workflow-commands.ts';

/** The runner's log, commands and files. */
export const runnerSink: Sink = {
  line: (text) => runner.info(text),
  debug: (text) => runner.debug(text),
  group: (title) => runner.startGroup(title),
  endGroup: () => runner.endGroup(),
  notice: ({ title, message, at }) => runner.notice(message, { title, ...at }),
  warning: ({ title, message, at }) => runner.warning(message, { title, ...at }),
  error: ({ title, message, at }) => runner.error(message, { title, ...at }),
  output: (name, value) => runner.setOutput(name, value),
  state: (name, value) => runner.saveState(name, value),
  secretOutput: (name, value) => runner.setOutput(name, value.expose()),
  secretVariable: (name, value) => runner.exportVariable(name, value.expose()),
  summary: (markdown) => {
    // At once rather than with `@actions/core`, whose promise a cancelled job would not wait for.
    const { GITHUB_STEP_SUMMARY: file } = process.env;
    if (file === undefined || file === '') return;
    try {
      appendFileSync(file, markdown);
    } catch {
      // Whether the key was rotated does not depend on it.
      runner.warning('the job summary could not be written', { title: 'No job summary' });
    }
  },
};
