const REMOTE = /^\[remote "([^"]*)"\]/u;
const URL_LINE = /^\s*url\s*=\s*(\S+)\s*$/u;
/** `git@github.com:owner/repo.git`, `https://github.com/owner/repo`, `ssh://git@host/owner/repo.git` */
const PATH = /[/:]([\w-]+\/[\w.-]+?)(?:\.git)?\/?$/u;

/** The repository that a clone came from. @param config text of `.git/config` @returns `owner/repo` */
export function originOf(config: string): string | undefined {
  let remote = '';
  for (const line of config.split('\n')) {
    remote = REMOTE.exec(line)?.[1] ?? (line.startsWith('[') ? '' : remote);
    const url = remote === 'origin' ? URL_LINE.exec(line)?.[1] : undefined;
    if (url !== undefined) return PATH.exec(url)?.[1];
  }
  return undefined;
}
