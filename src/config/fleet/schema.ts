import { specOf, textOf } from '../table.ts';
import { DEFAULT_FIELDS, FIELDS, type FieldName, LISTS } from './fields.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Where editors find it: the schema of the newest version 1. */
const ID = 'https://raw.githubusercontent.com/mutx/api-key-action/v1/schema/mutx-keys.schema.json';

/** JSON Schema (draft 7, which editors know best) of `mutx-keys.yml`, from the table of inputs. */
export function fleetSchema(): Schema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: ID,
    title: 'MUTX API keys and where they are stored',
    type: 'object',
    required: ['keys'],
    additionalProperties: false,
    properties: {
      defaults: {
        description: 'Settings of every key that does not have its own.',
        type: 'object',
        additionalProperties: false,
        properties: propertiesOf(DEFAULT_FIELDS),
      },
      keys: {
        description: 'The keys, each with a name and secrets of its own.',
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          required: ['targets'],
          additionalProperties: false,
          properties: propertiesOf(FIELDS),
        },
      },
    },
  };
}

function propertiesOf(names: readonly FieldName[]): Schema {
  return Object.fromEntries(names.map((name) => [name, propertyOf(name)]));
}

function propertyOf(name: FieldName): Schema {
  const fallback = specOf(name).verbs.rotate?.default;
  const description = name === 'targets' ? TARGETS : textOf(name, 'rotate');
  return {
    description,
    ...constraintOf(name),
    ...(fallback === undefined ? {} : { default: typed(name, fallback) }),
  };
}

function constraintOf(name: FieldName): Schema {
  const { kind } = specOf(name);
  switch (kind.type) {
    case 'text':
    case 'credential':
    case 'password':
    case 'url':
      return LISTS.has(name) ? { oneOf: [TEXT, { type: 'array', minItems: 1, items: TEXT_OR_ID }] } : TEXT;
    case 'secret-name':
      return { type: 'string', pattern: '^(?![Gg][Ii][Tt][Hh][Uu][Bb]_)[A-Za-z_][A-Za-z0-9_]*$' };
    case 'boolean':
      return { type: 'boolean' };
    case 'duration':
      return { oneOf: [{ const: 0 }, { type: 'string', pattern: '^(0|(0|[1-9][0-9]{0,5})[smhd])$' }] };
    case 'integer':
      return { type: 'integer', minimum: kind.min, maximum: kind.max };
    case 'choice':
      return { enum: kind.of };
  }
}

/** As the action's, which in a file has no default and can be a list. */
const TARGETS = textOf('targets', 'rotate')
  .replace('one target a line', 'a list, or one target a line')
  .replace(/ Default: .*$/u, '');

const TEXT: Schema = { type: 'string', minLength: 1 };
/** Repositories may be given by their ids. */
const TEXT_OR_ID: Schema = { type: ['string', 'integer'], minLength: 1 };

function typed(name: FieldName, text: string): unknown {
  switch (specOf(name).kind.type) {
    case 'boolean':
      return text === 'true';
    case 'integer':
      return Number(text);
    case 'text':
    case 'credential':
    case 'password':
    case 'url':
    case 'secret-name':
    case 'duration':
    case 'choice':
      return text;
  }
}
