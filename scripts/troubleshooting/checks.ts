/**
 * What to look at when a failure has one of these codes, before doing anything about it: for
 * docs/troubleshooting.md only. Cause and fix are in src/messages/catalogue/catalogue.ts, because runs print them.
 */
export const CHECKS: Readonly<Record<string, string>> = {
  'invalid-input': 'The list under the message: each input, what was given, and what it takes.',
  'preflight-failed': 'Each target has a code of its own in the log. Read that entry.',
  'too-many-targets': 'How many lines `targets` has: 500 are the most.',
  'fleet-too-large': 'How many targets, and how much text, the largest key of the fleet file has.',
  'issue-failed':
    'Whether the job that calls the workflow grants `issues: write`, and the repository has issues.',
  'look-failed': 'The failed call, which has a code of its own.',
  'quota-full': 'The lines “in the way”: which keys hold the places, and which of them have expired.',
  'quota-too-soon':
    'When the last rotation of this key ran. On a plan of two keys 17 minutes have to lie between two, whatever `on-quota` is.',
  'quota-wait-over': 'The lines “in the way”, and how many jobs with a key of their own run at once.',
  'account-refused': 'The account at MUTX: whether its e-mail address is verified.',
  'create-failed': 'The failed call, which has a code of its own.',
  'times-contradict':
    'The two times in the message. Whole hours between them: local time without a zone. Seconds or minutes: a clock that is not synchronized.',
  'create-lost': 'The next run: it says whether a key was left over, and revokes it once that is safe.',
  'create-unsupported':
    'Whether a key without an end can be made at MUTX by hand, and one that expires cannot. The log has the request ids.',
  'verify-refused': 'Whether `api-url` leads to a gateway that answers for MUTX, or to another installation.',
  'verify-unclear': 'Whether MUTX is well, and whether the runner reaches it twice in a row.',
  'store-failed':
    'Each target has a code of its own in the log. “State of things now” says which secret holds which key.',
  'store-deadline': 'How long the writes took: the log has a line and a duration for each target.',
  'written-late': 'Whether the runner was suspended or badly overloaded: the log has gaps of minutes.',
  cancelled: 'Who or what ended the job: the page of the run says so at its top.',
  'runner-file-unwritable':
    'The variable that the message names, and the code in brackets: `ENOSPC` is a full disk, `ENOENT` a missing folder, `EACCES` a missing right.',
  'output-withheld':
    'Whether the password is an ordinary word: the name of an environment, of a repository or of a secret.',
  'internal-error': 'The lines above it, with debug logging on (*Re-run jobs → Enable debug logging*).',
  'network-changed':
    'Which step of the job writes `HTTPS_PROXY`, `NO_PROXY`, `NODE_EXTRA_CA_CERTS` or their like into `GITHUB_ENV`, and whether it should.',
  'command-not-found': 'What stands after `--`: its first word is the name of a program, and nothing else.',
  'command-not-executable': 'The rights of the file, and the line `#!` at its beginning.',
  'doctor-problem': 'The lines with ✗: each says what is wrong and what to do.',
  'doctor-warning': 'The lines with !: each says what needs attention and what to do.',
  declined: 'Nothing was changed. The list of what would be done stands above the question.',
  'not-stored':
    'The failed call, which has a code of its own. The output says which secrets were stored before it.',
  'not-written': 'Whether the file is there already, and whether the folder can be written.',
  deadline: 'Which call came too late, and what took the time before it.',
  'revoke-failed':
    'The table of the keys in the job summary (at the command line, the lines of the log): what became of each.',
  'too-early':
    'Whether the environment of the job has a wait timer (GitHub makes an environment that does not exist, without one), and how long the grace periods are.',
  'keys-unread':
    'The line “keys made before … were not read”, and how many keys the account has: `mutx-api-key keys list --all`.',
  'no-such-key':
    'The spelling, case included, and the account: `mutx-api-key keys list --all` shows every key that MUTX lists.',
  'fleet-incomplete': 'The table at the end: which keys failed, and why.',
  'key-in-a-secret': 'Which secret or job the name of the key names.',
  'revocations-exceeded': 'The keys that are named: do you know all of them?',
  findings: 'The findings in the log and the job summary, and [what each of them means](audit.md#findings).',
  'mutx-unauthorized':
    'Which credential the step is given, and when it was made. An access JWT is dead after 30 minutes.',
  'mutx-forbidden': 'Whether the account can make a key at MUTX by hand.',
  'mutx-not-found':
    'The address in the failed call. For a revocation: whether the id belongs to this account.',
  'mutx-quota': "The account's active keys: `mutx-api-key keys list`, or the action `audit`.",
  'mutx-conflict': 'Whether another run, or a person, worked on the same key at that moment.',
  'mutx-validation': 'What MUTX says, which the log quotes after “why”.',
  'mutx-payment-required': "The account's plan and its bills.",
  'mutx-rate-limited':
    'What else uses this account or this network address, and the time that the failure names.',
  'mutx-server-error': 'Whether MUTX is well. The request id is what its support needs.',
  'mutx-proxy-page': 'What answers at `api-url` on that very runner: a page of HTML is not MUTX.',
  'mutx-unknown-host':
    'Whether that runner resolves the host of `api-url`: `nslookup HOST` in a step shows it.',
  'mutx-unreachable': 'Whether that runner reaches the host of `api-url`, and through which proxy.',
  'mutx-tls-refused': 'The code in the message: an expired or self-signed certificate, or another host.',
  'mutx-proxy-setting': 'The variable that the message names: it has to be the URL of a proxy.',
  'mutx-proxy-unreachable': 'Whether that runner reaches the host and the port of the proxy.',
  'mutx-proxy-refused': 'The status in the message, and the log of the proxy.',
  'mutx-timeout': 'Whether MUTX is well, and whether a firewall drops packets on the way.',
  'mutx-lost-reply': 'Whether a proxy on the way cuts connections off.',
  'mutx-refused': 'What MUTX says, which the log quotes after “why”.',
  'mutx-key-refused': 'Whether `api-url` leads to several installations, of which not all know the key.',
  'mutx-key-unusable': 'The errors of the MUTX server at that time; the request id is in its log.',
  'mutx-key-unverifiable': 'Whether that MUTX takes API keys at all: `GET /agents` with one in `X-API-Key`.',
  'mutx-redirect': 'Where `api-url` leads to: the failed call names the status.',
  'mutx-bad-reply': 'What answers at `api-url`, and whether a gateway changes replies.',
  'session-expired':
    'When the JWT was stored, and when the job really began: it may have waited for a runner.',
  'session-login-failed': 'The failed call, which has a code of its own.',
  'session-login-refused':
    'Whether `email` and `password` work at MUTX by hand, and whether the password was changed.',
  'session-refresh-failed': 'The failed call, which has a code of its own.',
  'session-refresh-refused':
    'When the last run succeeded: more than 7 days ago? And whether two runs overlapped, or something else uses the same token.',
  'session-refresh-lost':
    'The secret for the successor: if it was updated just now, the token in it is good.',
  'session-successor-unwritable':
    'Which secret `refresh-token-secret` names, and what the `github-token` may write.',
  'renewal-failed': 'The failed call, and how long the run took.',
  'session-successor-lost': 'Why the secret could not be written: the failed call says so.',
  'github-bad-credentials':
    'When the token expires: GitHub lists yours under *Settings → Developer settings*.',
  'github-token-cannot-write':
    'Where the value of `github-token` comes from. `secrets.GITHUB_TOKEN` and `github.token` are the wrong one.',
  'github-missing-permission':
    "The token's permissions, against [the table in the README](../README.md#which-github-token).",
  'github-forbidden': "What GitHub says, and the organisation's IP allow list and token policies.",
  'github-refused': 'What GitHub says, which the log quotes after “why”.',
  'github-lost-reply':
    'Whether a proxy on the way cuts connections off. The state says whether the write may have arrived.',
  'github-write-deadline': 'How long the writes before it took, and how many targets there are.',
  'github-saml': 'Whether the organisation asks for single sign-on, and the token is authorised for it.',
  'github-not-found': 'The spelling of the target, and which repositories the token was given.',
  'github-environment-not-found':
    'The names of the environments, in *Settings → Environments*; capitals do not matter, spaces do.',
  'github-agents-unknown': 'Whether this runs on GitHub Enterprise Server.',
  'github-archived': 'The head of the repository’s page.',
  'github-repository-renamed': 'The new name, which the failure gives.',
  'github-redirect': 'Where the address in the failed call leads to.',
  'github-validation':
    'The name of the secret: letters, digits and `_`, not beginning with a digit or `GITHUB_`.',
  'github-stale-public-key': 'Nothing. It is rare, and the next run tells.',
  'github-bad-public-key': 'What answers at `GITHUB_API_URL`.',
  'github-value-too-large': 'What answers at `api-url`.',
  'github-audience-incomplete':
    'Which repositories may read the organisation secret, and whether the token sees all of them.',
  'github-audience-changed': 'Who, or what, edits which repositories may read the organisation secret.',
  'github-secret-gone':
    'Whether the secret is in the settings of the organisation, and in its audit log who deleted it.',
  'github-audience-too-long':
    'How many repositories may read the organisation secret: the message has the count.',
  'github-list-incomplete':
    'Whether GitHub is well (https://www.githubstatus.com), and what answers at `GITHUB_API_URL`.',
  'github-list-changed': 'Who, or what, adds or deletes secrets or environments at that moment.',
  'github-list-too-long': 'What answers at `GITHUB_API_URL`.',
  'github-selected-repository-elsewhere': 'The owners of the repositories in `selected-repositories`.',
  'github-visibility-needed': 'Whether the organisation secret exists, under this very name.',
  'github-rate-limited': 'What else uses this token, and the time that the failure names.',
  'github-server-error': 'Whether GitHub is well. The request id is what its support needs.',
  'github-proxy-page': 'What answers at `GITHUB_API_URL` on that very runner: a page of HTML is not GitHub.',
  'github-unknown-host':
    'Whether that runner resolves the host of `GITHUB_API_URL`: `nslookup HOST` in a step shows it.',
  'github-unreachable': 'Whether that runner reaches the host of `GITHUB_API_URL`, and through which proxy.',
  'github-tls-refused': 'The code in the message: an expired or self-signed certificate, or another host.',
  'github-proxy-setting': 'The variable that the message names: it has to be the URL of a proxy.',
  'github-proxy-unreachable': 'Whether that runner reaches the host and the port of the proxy.',
  'github-proxy-refused': 'The status in the message, and the log of the proxy.',
  'github-timeout': 'Whether GitHub is well, and whether a firewall drops packets on the way.',
  'github-bad-reply':
    'What answers at `GITHUB_API_URL`, and which version of GitHub Enterprise Server it is.',
};
