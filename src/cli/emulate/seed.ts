import type { Emulator } from '../../../packages/emulator/src/index.ts';

const DAY = 86_400_000;

/** Enough to look at every secret there is, and to write none. */
const READING = { metadata: 'read', actions: 'read', environments: 'read', secrets: 'read' } as const;

/** An organisation that is always there. */
const ORGANISATION = 'acme';

export interface Seeds {
  readonly repositories: readonly string[];
  readonly environments: readonly string[];
  /** undefined: without TLS */
  readonly caFile: string | undefined;
}

/**
 * Repositories, organisations, an account of each plan, and tokens.
 * @returns the variables that tools need to use them
 */
export function seed(
  { mutx, github }: Emulator,
  { repositories, environments, caFile }: Seeds,
): Readonly<Record<string, string>> {
  for (const repository of new Set(repositories)) github.addRepository(repository, { environments });
  const owners = repositories.map((repository) => repository.split('/')[0] ?? '');
  const byName = new Map([ORGANISATION, ...owners].map((login) => [login.toLowerCase(), login]));
  for (const login of byName.values()) github.addOrganisation(login);
  const writer = github.issueToken({ expiresAt: Date.now() + 90 * DAY });
  const [repository = ''] = repositories;
  const lines: Record<string, string> = {
    MUTX_API_URL: mutx.url,
    // A runner gives every step its own GITHUB_API_URL; hence the second name.
    GITHUB_API_URL: github.url,
    EMULATED_GITHUB_API_URL: github.url,
    EMULATED_REPOSITORY: repository,
    EMULATED_ENVIRONMENT: environments[0] ?? '',
    EMULATED_ORGANISATION: ORGANISATION,
    EMULATED_WRITER_TOKEN: writer,
    EMULATED_READER_TOKEN: github.issueToken({ permissions: READING }),
    EMULATED_WORKFLOW_TOKEN: github.issueToken({ kind: 'github-token' }),
  };
  for (const plan of ['FREE', 'STARTER', 'PRO', 'ENTERPRISE']) {
    const user = mutx.addUser({ plan, email: `${plan.toLowerCase()}@example.com` });
    lines[`MUTX_EMAIL_${plan}`] = user.email;
    lines[`MUTX_PASSWORD_${plan}`] = user.password;
    lines[`MUTX_JWT_${plan}`] = mutx.issueAccessJwt(user);
    lines[`MUTX_REFRESH_TOKEN_${plan}`] = mutx.issueRefreshToken(user);
    if (plan !== 'PRO') continue;
    // What the other commands read.
    Object.assign(lines, {
      MUTX_EMAIL: user.email,
      MUTX_PASSWORD: user.password,
      MUTX_GITHUB_TOKEN: writer,
      GITHUB_REPOSITORY: repository,
    });
  }
  if (caFile === undefined) return lines;
  return { ...lines, ...trust(caFile), GH_HOST: new URL(github.url).host, GH_ENTERPRISE_TOKEN: writer };
}

/** The variables by which Node, Go and OpenSSL, Python's requests, and curl find a CA. */
function trust(caFile: string): Readonly<Record<string, string>> {
  return {
    NODE_EXTRA_CA_CERTS: caFile,
    SSL_CERT_FILE: caFile,
    REQUESTS_CA_BUNDLE: caFile,
    CURL_CA_BUNDLE: caFile,
  };
}
