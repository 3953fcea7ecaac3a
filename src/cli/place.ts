import { WHY_NO_REPOSITORY } from '../inputs/access.ts';
import { apiOfGithub, apiOfHost, hostOfApi } from '../inputs/github-host.ts';
import { type Origin, originOf } from './clone.ts';

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
