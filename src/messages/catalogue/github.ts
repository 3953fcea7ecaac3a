import { GITHUB_CONNECTION_HINTS } from './connection.ts';
import type { Hint } from './hint.ts';

const RETRY = 'run again later; the retries of this run were used up';

/** Causes of failed calls to GitHub (src/github). */
export const GITHUB_HINTS: Readonly<Record<string, Hint>> = {
  'github-bad-credentials': {
    cause: '`github-token` is not valid: expired, revoked, or cut when it was copied',
    fix: 'make a new token and put it into the secret that `github-token` reads',
  },
  'github-token-cannot-write': {
    cause:
      'the `GITHUB_TOKEN` of a workflow cannot write secrets, whatever its `permissions:` say; neither can a GitHub App without the permission',
    fix: 'give `github-token` a fine-grained personal access token, or the token of a GitHub App, with the permission named here',
  },
  'github-missing-permission': {
    cause: 'the token may not write secrets here',
    fix: 'give the token the permission named here: Secrets (repository), Environments, Dependabot secrets, Codespaces secrets, Agent secrets or Organization secrets, each "Read and write"',
  },
  'github-forbidden': {
    cause: 'GitHub does not allow this: the permission, a policy or an IP allow list of the organisation',
    fix: 'see what GitHub says here, and ask an owner of the organisation',
  },
  'github-refused': { cause: 'GitHub refused the call', fix: 'see what it says here' },
  'github-lost-reply': {
    cause: 'the connection to GitHub broke before its reply was read to the end',
    fix: RETRY,
  },
  'github-write-deadline': {
    cause: 'the ten minutes within which a write of this key is safe were over',
    fix: 'run again when GitHub answers normally; with many targets, split them over several key names, their runs an hour apart or each with a writer token of its own',
  },
  'github-saml': {
    cause: 'the organisation uses SAML single sign-on and the token is not authorised for it',
    fix: 'open the settings of the token and choose "Configure SSO" for the organisation',
  },
  'github-not-found': {
    cause: 'there is no such repository or organisation, or the token cannot see it',
    fix: 'check the spelling of the target, and that the token was given access to it',
  },
  'github-environment-not-found': {
    cause: 'the repository has no such environment',
    fix: 'make the environment in the settings of the repository, or set `create-environment: true`',
  },
  'github-agents-unknown': {
    cause:
      "agents' secrets came with a version of GitHub's API that this server does not know: GitHub Enterprise Server does not have them",
    fix: 'take the targets that begin with `agents:` off `targets` for this server',
  },
  'github-archived': {
    cause: 'the repository is archived, so nothing in it can be written',
    fix: 'take it off `targets`, or unarchive it',
  },
  'github-repository-renamed': {
    cause: 'the repository was renamed or moved',
    fix: 'put its new name into `targets`',
  },
  'github-redirect': {
    cause: 'GitHub answered with a redirect, which is never followed: it could carry the token elsewhere',
    fix: 'check `GITHUB_API_URL` and the names in `targets`',
  },
  'github-validation': {
    cause: 'GitHub does not take a value that was sent',
    fix: 'check `secret-name` and `targets` against what GitHub says here',
  },
  'github-stale-public-key': {
    cause:
      'GitHub changed the public key of this target while the secret was being sealed, and refused the value sealed with the new one, too',
    fix: 'run again: the next run reads the key anew',
  },
  'github-bad-public-key': {
    cause: 'the public key that GitHub gives for this target cannot be used',
    fix: 'check that `GITHUB_API_URL` is GitHub itself, and run again',
  },
  'github-value-too-large': {
    cause: 'the value is larger than the 48 KB that a secret may have',
    fix: 'check that `api-url` is the MUTX API: its keys are far shorter',
  },
  'github-audience-incomplete': {
    cause: 'the token does not see all the repositories that may read this organisation secret',
    fix: 'give the token access to all repositories of the organisation: writing the secret with only some of them would take it away from the others',
  },
  'github-audience-changed': {
    cause:
      'somebody changed which repositories may read this organisation secret while the list of them was read',
    fix: 'run it again once nobody changes it any more: writing the secret with a list of both times could give it to the wrong ones',
  },
  'github-secret-gone': {
    cause:
      "the organisation secret was there when the run began, and GitHub's answer right before the write says that it is not",
    fix: 'see whether it was deleted: if so, run again, which makes it anew for those that `visibility` and `selected-repositories` name; if not, run again later',
  },
  'github-audience-too-long': {
    cause:
      'more repositories may read this organisation secret than are read, by the count that GitHub gives',
    fix: 'let the secret be read by all repositories or all private ones, or use several secrets, each with fewer repositories',
  },
  'github-list-incomplete': {
    cause: "a list of GitHub's (of secrets, or of environments) is shorter than the count that comes with it",
    fix: RETRY,
  },
  'github-list-changed': {
    cause: 'secrets or environments came or went while the list of them was read',
    fix: RETRY,
  },
  'github-list-too-long': {
    cause: "a list of GitHub's is longer, by its own count, than GitHub lets any such list be",
    fix: 'check what answers at `GITHUB_API_URL`',
  },
  'github-selected-repository-elsewhere': {
    cause: 'a repository of `selected-repositories` does not belong to the organisation of the target',
    fix: "name the organisation's own repositories only",
  },
  'github-visibility-needed': {
    cause: 'the organisation secret does not exist yet, and nobody said which repositories may read it',
    fix: 'set `visibility: all`, `private` or `selected` (with `selected-repositories`)',
  },
  'github-rate-limited': {
    cause: 'too many requests to GitHub with this token (a primary or a secondary rate limit)',
    fix: 'run again at the time given; a GitHub App has a larger limit than a personal token',
  },
  'github-server-error': { cause: 'GitHub had an error of its own', fix: `${RETRY}; see githubstatus.com` },
  'github-proxy-page': {
    cause:
      'something between the runner and GitHub answered in its place (a proxy, a gateway, a sign-in page)',
    fix: 'check `GITHUB_API_URL`, `HTTPS_PROXY` and `NO_PROXY`',
  },
  ...GITHUB_CONNECTION_HINTS,
  'github-timeout': { cause: 'GitHub did not answer within 30 seconds', fix: RETRY },
  'github-bad-reply': {
    cause: 'the reply is not what the GitHub API gives: cut off, too large, compressed, or of another form',
    fix: 'check `GITHUB_API_URL`; if it is right, this version may be too old for it',
  },
};
