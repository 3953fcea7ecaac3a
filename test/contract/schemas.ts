import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Json } from './describe.ts';

/** Checks a value against a schema of one description; each problem in a line. */
export type Check = (schema: Json, value: unknown) => readonly string[];

/** With or without a zone: MUTX leaves it out, whatever its description says. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?$/;

/** @param zoneless whether a `date-time` may leave the zone out */
export function checker(document: Json, { zoneless }: { readonly zoneless: boolean }): Check {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  formats.default(ajv);
  ajv.addFormat('int64', true);
  if (zoneless) ajv.addFormat('date-time', DATE_TIME);
  const id = 'description';
  ajv.addSchema({ $id: id, components: modern(document['components']) });
  const compiled = new Map<Json, ReturnType<typeof ajv.compile>>();
  return (schema, value) => {
    const validate = compiled.get(schema) ?? ajv.compile(pointed(modern(schema), id) as Json);
    compiled.set(schema, validate);
    if (validate(value) === true) return [];
    return (validate.errors ?? []).map(
      (error) => `${error.instancePath || '/'} ${error.message ?? error.keyword}`,
    );
  };
}

/** OpenAPI 3.0's `nullable` in the words of JSON Schema. */
function modern(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(modern);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, modern(inner)]),
  );
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest;
}

/** References into the document, said from outside of it. */
function pointed(value: unknown, id: string): unknown {
  if (Array.isArray(value)) return value.map((inner) => pointed(inner, id));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? `${id}${inner}` : pointed(inner, id),
    ]),
  );
}
