import { type InputName, inputsOf, isList } from '../table.ts';

/** What the action that rotates takes, and an entry of a fleet does not: who runs it, and where. */
const NOT_OF_A_KEY = [
  'bootstrap-jwt',
  'refresh-token',
  'refresh-token-secret',
  'email',
  'password',
  'api-url',
  'github-token',
  'environment',
  'dry-run',
] as const satisfies readonly InputName[];

/** What an entry of a fleet may say: the settings of a rotation, under the names of the action's inputs. */
export type FieldName = Exclude<InputName, (typeof NOT_OF_A_KEY)[number]>;

const NO_FIELDS: ReadonlySet<string> = new Set(NOT_OF_A_KEY);

function isField(name: InputName): name is FieldName {
  return !NO_FIELDS.has(name);
}

/** The fields of an entry, in the order of the table of inputs. */
export const FIELDS: readonly FieldName[] = inputsOf('rotate').filter(isField);

/** Those that are each key's own, so that no default can stand for them. */
const OWN: ReadonlySet<FieldName> = new Set<FieldName>(['key-name', 'targets']);

/** The fields that `defaults` may have. */
export const DEFAULT_FIELDS: readonly FieldName[] = FIELDS.filter((name) => !OWN.has(name));

/** Fields that may be a list in YAML; each item is what a line is in the action's input. */
export const LISTS: ReadonlySet<FieldName> = new Set(FIELDS.filter(isList));

/** Why an input of the action is no field; undefined for what is none of its inputs. */
export function whyNotAField(name: string): { readonly message: string; readonly fix: string } | undefined {
  if (!NO_FIELDS.has(name)) return undefined;
  switch (name as (typeof NOT_OF_A_KEY)[number]) {
    case 'bootstrap-jwt':
    case 'refresh-token':
    case 'email':
    case 'password':
    case 'github-token':
      return {
        message: 'is a credential, and this file must not hold any',
        fix: 'take it out, and replace the credential: it is in the history of the repository. Credentials are secrets, handed to the workflow',
      };
    case 'environment':
      return {
        message: 'is not taken here',
        fix: 'write the environment in `targets`, as `owner/repo@environment`',
      };
    case 'refresh-token-secret':
    case 'api-url':
    case 'dry-run':
      return { message: 'is not a setting of a key', fix: 'give it to the step that reads this file' };
  }
}
