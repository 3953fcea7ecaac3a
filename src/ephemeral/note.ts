import type { Remains } from './remains.ts';

/** How the first step reached MUTX, and whom it trusted on the way; empty: directly, and nobody beyond Node's own. */
export interface Network {
  readonly proxy: string;
  readonly authorities: string;
}

/** What the post step has to know to find MUTX and the key again, whatever became of the first step. */
export interface Whereabouts {
  /** Base of the MUTX API. */
  readonly apiUrl: string;
  readonly name: string;
  /** Nobody else uses the name. */
  readonly unique: boolean;
  /** Of the credential that the first step was given: by it the post step knows the inputs again. Not invertible. */
  readonly credential: string;
  /** A step in between may have set a proxy or an authority for all that follows. Not invertible. */
  readonly network: Network;
  /** The variable with the sealed envelope, and what opens it: neither says anything without the other. */
  readonly envelope: { readonly variable: string; readonly opener: string };
}

/** What the first step leaves for the post step. Never a credential. */
export type Note =
  | Extract<Remains, { stage: 'nothing' }>
  | (Exclude<Remains, { stage: 'nothing' }> & Whereabouts);

/** Of the state that it is kept in. */
export const NOTE = 'mutx-key';

const VERSION = 1;

export function encodeNote(note: Note): string {
  return JSON.stringify({ version: VERSION, ...note });
}

/** @returns undefined for anything that this version did not write */
export function decodeNote(text: string): Note | undefined {
  const value = parsed(text);
  if (value === undefined || value.get('version') !== VERSION) return undefined;
  const stage = value.get('stage');
  if (stage === 'nothing') return { stage };
  const where = whereaboutsOf(value);
  if (where === undefined) return undefined;
  if (stage === 'asked') return { stage, ...where };
  const id = value.get('id');
  const expiresAt = value.get('expiresAt');
  if (stage !== 'minted' || typeof id !== 'string') return undefined;
  if (expiresAt !== undefined && typeof expiresAt !== 'number') return undefined;
  return { stage, id, expiresAt, strays: value.get('strays') === true, ...where };
}

function whereaboutsOf(value: ReadonlyMap<string, unknown>): Whereabouts | undefined {
  const [apiUrl, name, credential] = ['apiUrl', 'name', 'credential'].map((key) => value.get(key));
  const envelope = mapOf(value.get('envelope'));
  const network = mapOf(value.get('network'));
  const [proxy, authorities] = ['proxy', 'authorities'].map((key) => network?.get(key));
  const [variable, opener] = ['variable', 'opener'].map((key) => envelope?.get(key));
  if (typeof apiUrl !== 'string' || typeof name !== 'string' || typeof credential !== 'string')
    return undefined;
  if (typeof variable !== 'string' || typeof opener !== 'string') return undefined;
  if (typeof proxy !== 'string' || typeof authorities !== 'string') return undefined;
  const unique = value.get('unique') === true;
  return {
    apiUrl,
    name,
    unique,
    credential,
    network: { proxy, authorities },
    envelope: { variable, opener },
  };
}

function parsed(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    return mapOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function mapOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}
