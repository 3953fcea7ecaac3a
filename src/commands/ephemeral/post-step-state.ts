import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { randomDigits } from '../../config/key-name.ts';
import type { EphemeralInputs } from '../../config/load/ephemeral.ts';
import type { Duration, Instant } from '../../core/time.ts';
import { encodeNote, type Network, NOTE, type Note, type Whereabouts } from '../../ephemeral/note.ts';
import type { LeaseJournal } from '../../ephemeral/ports.ts';
import { wayTo } from '../../http/proxy.ts';
import { decodeJwt } from '../../mutx/jwt.ts';
import type { Credential } from '../../mutx/session/credential.ts';
import type { Session } from '../../mutx/session/session.ts';
import type { MintedKey } from '../../rotation/ports.ts';
import { newOpener, opened, sealed } from '../../secrets/envelope.ts';
import type { SecretRegistry } from '../../secrets/registry.ts';
import type { Secret } from '../../secrets/secret.ts';
import type { CommandContext } from '../context.ts';

/** Variables by which Node trusts more authorities than its own. */
const AUTHORITIES = ['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];

/**
 * How this process reaches a host and whom it trusts on the way, to be compared and not to be read: a proxy's URL may
 * hold a password.
 * @param secret nobody else has it
 */
export function networkTo(url: URL, env: NodeJS.ProcessEnv, secret: string): Network {
  const way = wayTo(url);
  const proxy =
    way.kind === 'direct' ? '' : digest(way.kind === 'proxy' ? way.url.href : way.problem, secret);
  const more = AUTHORITIES.map((name) => [name, env[name] ?? '']).filter(([, value]) => value !== '');
  const { NODE_EXTRA_CA_CERTS: file = '' } = env;
  const authorities = more.length === 0 ? '' : digest(JSON.stringify([more, contentOf(file)]), secret);
  return { proxy, authorities };
}

/** Whether nothing came between since: another proxy, or none any more, or an authority that was not trusted then. */
export function isAsItWas(then: Network, now: Network): boolean {
  return now.proxy === then.proxy && (now.authorities === '' || now.authorities === then.authorities);
}

/** Node reads the file when it starts, and says nothing where it cannot. */
function contentOf(file: string): string | undefined {
  try {
    return file === '' ? undefined : readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

function digest(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** What is in the sealed envelope; docs/ephemeral.md says why. */
interface Enclosed {
  readonly key: Secret | undefined;
  /** An access JWT. */
  readonly token: Secret | undefined;
}

/** A token that lives longer than this is nothing to leave lying about, even sealed. */
const LONGEST_TOKEN: Duration = 3_600_000;

/**
 * Hands over to the post step: a note in the state, without any credential, and what may revoke the key in a
 * sealed envelope in the environment, whose opener is in the note. Each is written the moment it is known.
 */
export class PostStepJournal implements LeaseJournal {
  readonly #context: CommandContext;
  readonly #session: Pick<Session, 'bearer'>;
  readonly #credential: Credential;
  readonly #where: Whereabouts;
  #token: Secret | undefined;
  #asked = false;
  #strays = false;

  constructor(inputs: EphemeralInputs, session: Pick<Session, 'bearer'>, context: CommandContext) {
    const { credential, apiUrl, settings } = inputs;
    this.#context = context;
    this.#session = session;
    this.#credential = credential;
    const opener = newOpener();
    this.#where = {
      apiUrl: apiUrl.href,
      name: settings.keyName,
      unique: settings.unique,
      credential: fingerprint(credential),
      network: networkTo(apiUrl, context.env, opener),
      // Used twice in one job, each step has one of its own.
      envelope: { variable: `MUTX_KEY_ENVELOPE_${randomDigits().toUpperCase()}`, opener },
    };
  }

  async creating(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    this.#token = await this.#shortLived();
    this.#note({ stage: 'asked', ...this.#where });
    if (this.#token !== undefined) this.#enclose({ token: this.#token.expose() });
  }

  unconfirmed(): void {
    this.#strays = true;
  }

  created({ id, expiresAt, key }: MintedKey): void {
    this.#note({ stage: 'minted', id, expiresAt, strays: this.#strays, ...this.#where });
    const token = this.#token?.expose();
    this.#enclose({ key: key.expose(), ...(token === undefined ? {} : { token }) });
  }

  cleared(): void {
    this.#note({ stage: 'nothing' });
  }

  #note(note: Note): void {
    this.#context.sink.state(NOTE, encodeNote(note));
  }

  /** Masked, too: later steps print their environment. */
  #enclose(content: { readonly key?: string; readonly token?: string }): void {
    const { variable, opener } = this.#where.envelope;
    const envelope = sealed(JSON.stringify(content), opener);
    this.#context.sink.secretVariable(variable, this.#context.secrets.admit(envelope));
  }

  /** The token at hand, if it is known to end soon. An API key given as credential is never enclosed. */
  async #shortLived(): Promise<Secret | undefined> {
    if (this.#credential.kind === 'opaque') return undefined;
    const bearer = await this.#session.bearer();
    if (!bearer.ok) return undefined;
    const ends = decodeJwt(bearer.value.expose())?.exp;
    const isShort = ends !== undefined && ends - this.#context.clock.now() <= LONGEST_TOKEN;
    return isShort ? bearer.value : undefined;
  }
}

/**
 * By what a credential is known again: the SHA-256 of a token, which nobody can guess; of the e-mail address only,
 * where there is a password, because that one may be guessed.
 */
export function fingerprint(credential: Credential): string {
  const text = credential.kind === 'password' ? credential.email : credential.token.expose();
  return createHash('sha256').update(`${credential.kind}:${text}`).digest('hex');
}

/** What the first step enclosed, masked again; nothing where the variable is gone or not what it was. */
export function enclosed(
  { envelope: { variable, opener } }: Whereabouts,
  env: NodeJS.ProcessEnv,
  secrets: SecretRegistry,
): Enclosed {
  const text = opened(env[variable] ?? '', opener);
  const content = new Map<string, unknown>(
    Object.entries(text === undefined ? {} : (JSON.parse(text) as object)),
  );
  const admitted = (name: string) => {
    const value = content.get(name);
    return typeof value === 'string' ? secrets.admit(value) : undefined;
  };
  return { key: admitted('key'), token: admitted('token') };
}

/** Whether a JWT has not ended yet, by its own claim; one without any has not. */
export function isAlive(token: Secret, now: Instant): boolean {
  const ends = decodeJwt(token.expose())?.exp;
  return ends === undefined || ends > now;
}
