import { execFile } from 'node:child_process';
import { withoutCredentials } from './variables.ts';

/** What a clone says of where it came from. */
export interface Origin {
  /** Of its server, in lower case, with the port of a web address; undefined: a path. */
  readonly host: string | undefined;
  /** `owner/repo`; undefined where the address has another form. */
  readonly repository: string | undefined;
}

/** GitHub's other names for itself: ssh over the port of https, and the old one of its pages. */
const SAME: Readonly<Record<string, string>> = {
  'ssh.github.com': 'github.com',
  'www.github.com': 'github.com',
};

/**
 * Where the clone around a folder came from. Git itself is asked, which knows `insteadOf`, work trees and
 * configuration that is included; and ssh, which knows its aliases.
 * @returns undefined where the folder is in no clone with an `origin`, or git is not installed
 */
export async function originOf(folder: string, env: NodeJS.ProcessEnv): Promise<Origin | undefined> {
  const told = await answerOf('git', ['-C', folder, 'remote', 'get-url', 'origin'], env);
  const address = told?.split('\n')[0]?.trim() ?? '';
  if (address === '') return undefined;
  const { host, path, isSsh } = partsOf(address);
  const [, repository] = /^\/*([\w-]+\/[\w.-]+?)(?:\.git)?\/*$/u.exec(path) ?? [];
  if (host === undefined) return { host, repository };
  const real = (isSsh ? await sshHostOf(host, env) : host).toLowerCase();
  return { host: SAME[real] ?? real, repository };
}

interface Parts {
  readonly host: string | undefined;
  readonly path: string;
  readonly isSsh: boolean;
}

/** `https://host/owner/repo.git`, `ssh://git@host:22/owner/repo`, `git@host:owner/repo.git`, or a path. */
function partsOf(address: string): Parts {
  const url = /^[a-z][a-z\d+.-]+:\/\//iu.test(address) ? URL.parse(address) : null;
  if (url !== null && url.protocol !== 'file:') {
    const isSsh = /^(?:git\+)?ssh:$/u.test(url.protocol);
    return { host: isSsh ? url.hostname : url.host, path: url.pathname, isSsh };
  }
  // A drive is one letter; a host has more.
  const [, host, path = ''] = /^(?:[^/:@]+@)?([^/:@]{2,}):(?!\/\/)(.*)$/u.exec(address) ?? [];
  return host === undefined ? { host, path: '', isSsh: false } : { host, path, isSsh: true };
}

/** The host that an ssh alias stands for; the alias itself where ssh does not say. */
async function sshHostOf(alias: string, env: NodeJS.ProcessEnv): Promise<string> {
  const settings = await answerOf('ssh', ['-G', '--', alias], env);
  return /^hostname (\S+)$/mu.exec(settings ?? '')?.[1] ?? alias;
}

/** How long a program may take to say something that it knows. */
const PATIENCE_MS = 5_000;

/** What a program says; undefined where there is no such program, or it fails. It sees no credential of ours. */
function answerOf(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const options = { env: { ...withoutCredentials(env), LC_ALL: 'C' }, timeout: PATIENCE_MS };
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout) => resolve(error === null ? stdout : undefined));
  });
}
