import { INPUTS, type InputName, inputsOf } from '../config/table.ts';
import type { Visibility } from '../config/targets.ts';
import type { RotationEvent } from '../rotation/events.ts';
import type { OnQuota } from '../rotation/ports.ts';

/** Inputs of the action that are options under another name. */
const OWN_NAME = {
  'bootstrap-jwt': 'mutx.credential.token',
  'refresh-token': 'mutx.credential.refreshToken',
  'refresh-token-secret': 'mutx.credential.successor',
  email: 'mutx.credential.email',
  password: 'mutx.credential.password',
  'api-url': 'mutx.apiUrl',
  'github-token': 'github.token',
} as const satisfies Partial<Record<InputName, string>>;

/** What the runner tells an action, and an option tells us. */
const OF_THE_RUNNER = {
  GITHUB_API_URL: 'github.apiUrl',
  GITHUB_SERVER_URL: 'github.serverUrl',
} as const;

/** Written `owner/repo@environment` as a target; there is no repository that it could be shorthand for. */
const NO_OPTION: ReadonlySet<InputName> = new Set(['environment']);

/** The path of the option that stands for an input, or for a variable of the runner. */
export function optionOf(input: InputName | keyof typeof OF_THE_RUNNER): string {
  const names: Readonly<Record<string, string>> = { ...OWN_NAME, ...OF_THE_RUNNER };
  return names[input] ?? input.replace(/-([a-z])/gu, (_, letter: string) => letter.toUpperCase());
}

/** Every option that a rotation has, by its path, and the variable in which an action would find its value. */
export const ROTATE_OPTIONS: ReadonlyMap<string, InputName | keyof typeof OF_THE_RUNNER> = new Map(
  [...inputsOf('rotate').filter((name) => !NO_OPTION.has(name)), ...runnerVariables()].map(
    (input) => [optionOf(input), input] as const,
  ),
);

/** The same text, with options in the place of the inputs it names in backticks. */
export function inOptions(text: string): string {
  return text.replace(/`([a-z-]+)(?=[`:])/gu, (whole, name: string) =>
    Object.hasOwn(INPUTS, name) ? `\`${optionOf(name as InputName)}` : whole,
  );
}

function runnerVariables() {
  return Object.keys(OF_THE_RUNNER) as readonly (keyof typeof OF_THE_RUNNER)[];
}

/**
 * What to authenticate to MUTX with, one kind of three.
 * - `email` and `password` of a service account: logged in, and logged out at the end. For whatever runs regularly.
 * - `refreshToken`: a refresh JWT, good for a single use. It is exchanged before anything else, and its successor
 *   is stored as the secret `successor`, a target with the secret's name: `owner/repo as MUTX_REFRESH_TOKEN`.
 * - `token`: an access JWT, which lives for 30 minutes, or an API key; sent as it is.
 */
export type MutxCredential =
  | { readonly email: string; readonly password: string }
  | { readonly refreshToken: string; readonly successor: string }
  | { readonly token: string };

/** How MUTX is reached. */
export interface MutxAccess {
  readonly credential: MutxCredential;
  /** Base URL of the API, `https` unless the host is loopback. Default `https://api.mutx.dev`. */
  readonly apiUrl?: string | undefined;
}

/** How GitHub is reached. */
export interface GithubAccess {
  /** Personal access token, or token of a GitHub App, that may write the secrets. `GITHUB_TOKEN` cannot. */
  readonly token: string;
  /** Base URL of the REST API. Default `https://api.github.com`; on Enterprise Server `https://HOST/api/v3`. */
  readonly apiUrl?: string | undefined;
  /** Of the server itself; its host is part of a key's default name unless it is github.com, the default. */
  readonly serverUrl?: string | undefined;
}

/** A length of time: a whole number and its unit, like `90s`, `15m`, `6h` or `7d` (of 24 hours); or `0`. */
export type DurationText = `${number}${'s' | 'm' | 'h' | 'd'}` | '0';

/**
 * Who is told while something is going on. All texts are for people, one printable line each, and hold no
 * credential. What a listener throws is ignored: a rotation must not break off in the middle because of it.
 */
export interface Listeners {
  /** Each step of a rotation, as it happens. */
  readonly event?: ((event: RotationEvent) => void) | undefined;
  /** What the action would write to its log. */
  readonly log?: ((text: string) => void) | undefined;
  /** What a person should know although things go on. May be several lines. */
  readonly warning?: ((text: string) => void) | undefined;
  /** Each request: method, path, status and milliseconds; never a header, a query or a body. */
  readonly request?: ((text: string) => void) | undefined;
  /**
   * **Gets plaintext**: each credential when it comes to be known, and its encoded forms, before anything else is
   * done with it. For a log that hides what it was told to hide: `setSecret` of `@actions/core`.
   */
  readonly mask?: ((text: string) => void) | undefined;
}

/** What to rotate, and how. The settings are the inputs of the action, with its defaults; an empty text is as good as none. */
export interface RotateOptions {
  readonly mutx: MutxAccess;
  readonly github: GithubAccess;
  /**
   * Where the key is stored: `owner/repo`, `owner/repo@environment` or `org:name`, each with a store before it
   * (`dependabot:`, `codespaces:`, `agents:`) and ` as OTHER_NAME` after it where wanted. At least one; one that is
   * listed twice counts once.
   */
  readonly targets: readonly string[];
  /** The secret that holds the key, where a target names no other. Default `MUTX_API_KEY`. */
  readonly secretName?: string | undefined;
  /** The key's name at MUTX, the unit of ownership. Default: made of the target; needed with more than one. */
  readonly keyName?: string | undefined;
  /** 1 to 365. Default 30. */
  readonly expiresInDays?: number | undefined;
  /** Rotate only when the current key has less than this left. Default: always. */
  readonly renewBefore?: DurationText | undefined;
  /** Keep a superseded key for this long. Default `0`: it is revoked as soon as the secret is swapped. */
  readonly gracePeriod?: DurationText | undefined;
  /** When the account's plan has no place for one more key. Default `fail`. */
  readonly onQuota?: OnQuota | undefined;
  /** Make a target's environment if it does not exist. Default: that is a failure. */
  readonly createEnvironment?: boolean | undefined;
  /** A run that would revoke more keys than this revokes none of them, and warns. Default 5. */
  readonly maxRevocations?: number | undefined;
  /** Call MUTX with the new key before it is stored. Default `true`. */
  readonly verify?: boolean | undefined;
  /** Who may read an organisation secret that does not exist yet; needed to make one. */
  readonly visibility?: Visibility | undefined;
  /** For `visibility: 'selected'`: the organisation's repositories, by name or id. */
  readonly selectedRepositories?: readonly (string | number)[] | undefined;
  /** Make the plan and change nothing; but a refresh token is spent by any use. Default `false`. */
  readonly dryRun?: boolean | undefined;
  readonly on?: Listeners | undefined;
}

/** How a {@link MutxClient} reaches MUTX. */
export interface MutxClientOptions {
  readonly mutx: MutxAccess;
  /** For a `refreshToken` only: writes its successor. */
  readonly github?: GithubAccess | undefined;
  readonly on?: Omit<Listeners, 'event'> | undefined;
}
