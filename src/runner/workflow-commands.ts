import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { EOL } from 'node:os';

/**
 * What an action can tell its runner, under the names that `@actions/core` gives it.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 *
 * Not that package itself: for OIDC tokens, which nobody here asks for, it brings along an HTTP client that made up
 * three fifths of the bundle and two fifths of the time until the first line. A test holds these functions
 * against it.
 */

/** To be masked from now on. */
export function setSecret(secret: string): void {
  command('add-mask', secret);
}

/** A line of the log, as it is: one that looks like a command is taken as one. */
export function info(line: string): void {
  process.stdout.write(line + EOL);
}

export function debug(line: string): void {
  command('debug', line);
}

export function startGroup(title: string): void {
  command('group', title);
}

export function endGroup(): void {
  command('endgroup');
}

/** Of an annotation; none may be empty. */
interface Properties {
  readonly title: string;
  /** Path in the repository. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
}

export function notice(message: string, properties: Properties): void {
  command('notice', message, properties);
}

export function warning(message: string, properties: Properties): void {
  command('warning', message, properties);
}

export function error(message: string, properties: Properties): void {
  command('error', message, properties);
}

/** @throws Error the runner's file cannot be written */
export function setOutput(name: string, value: string): void {
  append('GITHUB_OUTPUT', name, value);
}

/** For the `post` of the same step. @throws Error the runner's file cannot be written */
export function saveState(name: string, value: string): void {
  append('GITHUB_STATE', name, value);
}

/** A variable of the steps to come. @throws Error the runner's file cannot be written */
export function exportVariable(name: string, value: string): void {
  append('GITHUB_ENV', name, value);
}

function command(name: string, data = '', { title, file, line }: Partial<Properties> = {}): void {
  const given = Object.entries({ title, file, line }).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [`${key}=${escaped(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`],
  );
  const properties = given.length === 0 ? '' : ` ${given.join(',')}`;
  info(`::${name}${properties}::${escaped(data)}`);
}

/** So that text stays in its command: without this, a line break would begin a command of its own. */
function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** Nobody can guess where a value ends, so nothing in it can begin another one. */
function append(
  variable: 'GITHUB_OUTPUT' | 'GITHUB_STATE' | 'GITHUB_ENV',
  name: string,
  value: string,
): void {
  const file = process.env[variable];
  // Without a runner there is nobody to read it.
  if (file === undefined || file === '') return;
  const delimiter = `ghadelimiter_${randomUUID()}`;
  appendFileSync(file, [`${name}<<${delimiter}`, value, delimiter, ''].join(EOL));
}
