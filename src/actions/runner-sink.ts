import { appendFileSync } from 'node:fs';
import * as core from '@actions/core';
import type { Sink } from '../report/sink.ts';

/** The runner's log, commands and files. */
export const runnerSink: Sink = {
  line: (text) => core.info(text),
  debug: (text) => core.debug(text),
  group: (title) => core.startGroup(title),
  endGroup: () => core.endGroup(),
  notice: ({ title, message }) => core.notice(message, { title }),
  warning: ({ title, message }) => core.warning(message, { title }),
  error: ({ title, message }) => core.error(message, { title }),
  output: (name, value) => core.setOutput(name, value),
  state: (name, value) => core.saveState(name, value),
  secretOutput: (name, value) => core.setOutput(name, value.expose()),
  secretVariable: (name, value) => core.exportVariable(name, value.expose()),
  summary: (markdown) => {
    // At once rather than with core.summary, whose promise a cancelled job would not wait for.
    const { GITHUB_STEP_SUMMARY: file } = process.env;
    if (file === undefined || file === '') return;
    try {
      appendFileSync(file, markdown);
    } catch {
      // Whether the key was rotated does not depend on it.
      core.warning('the job summary could not be written', { title: 'No job summary' });
    }
  },
};
