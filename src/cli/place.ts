import { execFile } from 'node:child_process';
import { WHY_NO_REPOSITORY } from '../config/load/access.ts';
import { apiOfGithub, apiOfHost, hostOfApi } from '../config/urls.ts';
import { withoutCredentials } from './variables.ts';

/** What a clone says of where it came from. */
interface Origin {
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

/**
 * Which server and which repository a command is about, as the variables that a runner would set. The repository that
 * was named goes before that of the clone, the server that was named before the server of the clone; and the two have to
 * agree: a repository of the same name on another server is another repository.
 * @param repository of a flag
 * @param folder in the clone; undefined: the clone does not matter
 */
export async function placeVariables(
  repository: string | undefined,
  env: NodeJS.ProcessEnv,
  folder: string | undefined,
): Promise<NodeJS.ProcessEnv> {
  const named = repository ?? env['GITHUB_REPOSITORY'] ?? '';
  const server = serverOf(env);
  if (named !== '') return { ...server.variables, GITHUB_REPOSITORY: named };
  const origin = folder === undefined ? undefined : await originOf(folder, env);
  return { ...server.variables, ...(origin === undefined ? {} : fromOrigin(origin, server)) };
}

interface Server {
  /** undefined: not named, or its API does not say it */
  readonly host: string | undefined;
  /** By which variable it was named. */
  readonly by: string | undefined;
  readonly variables: NodeJS.ProcessEnv;
}

function serverOf(env: NodeJS.ProcessEnv): Server {
  const web = URL.parse(env['GITHUB_SERVER_URL'] ?? '');
  const api = URL.parse(env['GITHUB_API_URL'] ?? '');
  if (api !== null) return { host: web?.host ?? hostOfApi(api), by: 'GITHUB_API_URL', variables: {} };
  if (web !== null) {
    return { host: web.host, by: 'GITHUB_SERVER_URL', variables: { GITHUB_API_URL: apiOfGithub(web.host) } };
  }
  const host = (env['GH_HOST'] ?? '').trim().toLowerCase();
  if (host === '') return { host: undefined, by: undefined, variables: {} };
  return { host, by: 'GH_HOST', variables: variablesOf(host, apiOfGithub(host)) };
}

function variablesOf(host: string, api: string): NodeJS.ProcessEnv {
  return host === 'github.com' ? {} : { GITHUB_SERVER_URL: `https://${host}`, GITHUB_API_URL: api };
}

const NAME_IT = 'name the repository with `--repository owner/repo`';

function fromOrigin({ host, repository }: Origin, server: Server): NodeJS.ProcessEnv {
  const why = (text: string) => ({ [WHY_NO_REPOSITORY]: text });
  if (host === undefined) return why(`the \`origin\` of this clone is a path; ${NAME_IT}`);
  if (server.by !== undefined && server.host !== undefined && server.host !== host) {
    return why(
      `the \`origin\` of this clone is on ${host}, and ${server.by} names ${server.host}; run it in a clone from there, or ${NAME_IT}`,
    );
  }
  const api = apiOfHost(host);
  if (server.by === undefined && api === undefined) {
    return why(
      `the \`origin\` of this clone is on ${host}, which is not known to be GitHub; if it is an Enterprise Server, set \`GH_HOST=${host}\`, otherwise ${NAME_IT}, which is then looked for on github.com`,
    );
  }
  if (repository === undefined)
    return why(`the \`origin\` of this clone does not end in \`owner/repo\`; ${NAME_IT}`);
  const derived = server.by === undefined && api !== undefined ? variablesOf(host, api) : {};
  return { ...derived, GITHUB_REPOSITORY: repository };
}
