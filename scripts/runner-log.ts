/** A message the process asked to show on the run's page; masked, as the log is. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string | undefined;
  readonly message: string;
  /** `path:line`, where it leads somewhere. */
  readonly at?: string;
}

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/**
 * How the runner takes a process's lines (actions/runner, ActionCommand.cs and ActionCommandManager.cs):
 * workflow commands act, all else is shown, both with the masks known by then. Stricter than the runner where
 * it would only shrug: a command that this action has no business with is an error.
 */
export class JobLog {
  readonly lines: string[] = [];
  readonly annotations: Annotation[] = [];
  readonly masks: string[] = [];
  readonly #debug: boolean;

  constructor(debug: boolean) {
    this.#debug = debug;
  }

  /** @returns the line as shown; undefined for one that is not shown */
  read(line: string): string | undefined {
    const command = commandIn(line);
    const shown = command === undefined ? line : this.#act(command);
    if (shown === undefined) return undefined;
    const masked = this.#masked(shown);
    this.lines.push(masked);
    return masked;
  }

  #act({ name, properties, data }: Command): string | undefined {
    switch (name) {
      case 'add-mask':
        if (data.trim() === '') throw new Error('an empty mask');
        this.masks.push(data);
        return undefined;
      case 'group':
        return `##[group]${data}`;
      case 'endgroup':
        return '##[endgroup]';
      case 'debug':
        return this.#debug ? `##[debug]${data}` : undefined;
      case 'error':
      case 'warning':
      case 'notice': {
        const { title, file, line } = properties;
        this.annotations.push({
          level: name,
          title: title === undefined ? undefined : this.#masked(title),
          message: this.#masked(data),
          ...(file === undefined ? {} : { at: this.#masked(`${file}:${line ?? 1}`) }),
        });
        return `##[${name}]${data}`;
      }
      default:
        throw new Error(`the action sent a command it has no business with: ${name}`);
    }
  }

  /** Replaces what any mask covers; overlapping ones as one. */
  #masked(text: string): string {
    const covered = new Uint8Array(text.length);
    for (const mask of this.masks) {
      for (let at = text.indexOf(mask); at >= 0; at = text.indexOf(mask, at + 1)) {
        covered.fill(1, at, at + mask.length);
      }
    }
    let out = '';
    for (let at = 0; at < text.length; at++) {
      if (covered[at] === 0) out += text[at];
      else if (covered[at - 1] !== 1) out += '***';
    }
    return out;
  }
}

/** `::name key=value,key=value::data` after white space, or the older `##[name key=value;]data` anywhere. */
function commandIn(line: string): Command | undefined {
  const text = line.trimStart();
  if (text.startsWith('::')) {
    const end = text.indexOf('::', 2);
    if (end < 0) return undefined;
    const [name = '', ...rest] = text.slice(2, end).split(' ');
    const properties: Record<string, string> = {};
    for (const pair of rest.join(' ').split(',')) {
      const at = pair.indexOf('=');
      if (at > 0) properties[pair.slice(0, at).trim()] = unescaped(pair.slice(at + 1), true);
    }
    return { name, properties, data: unescaped(text.slice(end + 2), false) };
  }
  const old = /##\[([^\s\]]+)[^\]]*\](.*)$/u.exec(line);
  return old === null ? undefined : { name: `##[${old[1]}]`, properties: {}, data: old[2] ?? '' };
}

function unescaped(text: string, property: boolean): string {
  const lines = text.replaceAll('%0D', '\r').replaceAll('%0A', '\n');
  const full = property ? lines.replaceAll('%3A', ':').replaceAll('%2C', ',') : lines;
  return full.replaceAll('%25', '%');
}
