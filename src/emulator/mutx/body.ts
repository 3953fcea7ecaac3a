import { header, type ReceivedRequest, Refusal } from '../message.ts';
import { type Finding, invalid } from './errors.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Checks one field; undefined: it is as it should be. `problem` in the words of pydantic. */
export type FieldCheck = (value: unknown) => { readonly msg: string; readonly type: string } | undefined;

export const text: FieldCheck = (value) =>
  typeof value === 'string' ? undefined : { msg: 'Input should be a valid string', type: 'string_type' };

export const email: FieldCheck = (value) =>
  typeof value === 'string' && /^[^@\s]+@[^@\s]+$/.test(value)
    ? undefined
    : { msg: 'value is not a valid email address', type: 'value_error' };

export const keyName: FieldCheck = (value) => {
  if (typeof value !== 'string') return text(value);
  if (value.length < 1) {
    return { msg: 'String should have at least 1 character', type: 'string_too_short' };
  }
  if ([...value].length > 255) {
    return { msg: 'String should have at most 255 characters', type: 'string_too_long' };
  }
  return undefined;
};

export const days: FieldCheck = (value) => {
  if (value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    return { msg: 'Input should be a valid integer', type: 'int_type' };
  }
  if (value < 1) return { msg: 'Input should be greater than or equal to 1', type: 'greater_than_equal' };
  if (value > 365) return { msg: 'Input should be less than or equal to 365', type: 'less_than_equal' };
  return undefined;
};

/**
 * Reads a JSON body that has exactly these fields. Stricter than the server, which shrugs at a field that it
 * does not know: here it is refused, and recorded as unexpected.
 * @throws Refusal 422
 */
export function readBody(
  request: ReceivedRequest,
  requestId: string,
  required: Readonly<Record<string, FieldCheck>>,
  optional: Readonly<Record<string, FieldCheck>> = {},
): Fields {
  const fields = parse(request, requestId);
  const checks = { ...required, ...optional };
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(checks)) {
    if (!(name in fields)) {
      if (name in required) findings.push({ loc: ['body', name], msg: 'Field required', type: 'missing' });
      continue;
    }
    const problem = check(fields[name]);
    if (problem !== undefined) findings.push({ loc: ['body', name], ...problem });
  }
  const unknown = Object.keys(fields).filter((name) => !(name in checks));
  for (const name of unknown) {
    findings.push({ loc: ['body', name], msg: 'Extra inputs are not permitted', type: 'extra_forbidden' });
  }
  if (findings.length === 0) return fields;
  const unexpected = unknown.length === 0 ? undefined : `unknown field in the body: ${unknown.join(', ')}`;
  throw new Refusal(invalid(findings, requestId, unexpected));
}

function parse(request: ReceivedRequest, requestId: string): Fields {
  const type = header(request, 'content-type');
  if (!/^application\/json(;|$)/.test(type)) {
    const finding = {
      loc: ['body'],
      msg: 'Input should be a valid dictionary',
      type: 'model_attributes_type',
    };
    throw new Refusal(invalid([finding], requestId, `a body without content-type: application/json`));
  }
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    const finding = { loc: ['body', 0], msg: 'JSON decode error', type: 'json_invalid' };
    throw new Refusal(invalid([finding], requestId, 'the body is not JSON'));
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const finding = {
      loc: ['body'],
      msg: 'Input should be a valid dictionary',
      type: 'model_attributes_type',
    };
    throw new Refusal(invalid([finding], requestId, 'the body is not a JSON object'));
  }
  return body as Fields;
}

/**
 * Reads whole numbers from the query, which may have no other parameters.
 * @param ranges name → [least, most, default]
 * @throws Refusal 422
 */
export function readQuery<Name extends string>(
  request: ReceivedRequest,
  requestId: string,
  ranges: Readonly<Record<Name, readonly [number, number, number]>>,
): Readonly<Record<Name, number>> {
  const unknown = [...request.query.keys()].filter((name) => !(name in ranges));
  const findings: Finding[] = unknown.map((name) => ({
    loc: ['query', name],
    msg: 'Extra inputs are not permitted',
    type: 'extra_forbidden',
  }));
  const values = {} as Record<Name, number>;
  for (const [name, [least, most, fallback]] of Object.entries(ranges) as [
    Name,
    [number, number, number],
  ][]) {
    const given = request.query.get(name);
    values[name] = given === null ? fallback : Number(given);
    if (given !== null && !/^-?\d+$/.test(given)) {
      findings.push({ loc: ['query', name], msg: 'Input should be a valid integer', type: 'int_parsing' });
    } else if (values[name] < least || values[name] > most) {
      findings.push({
        loc: ['query', name],
        msg: `Input should be between ${least} and ${most}`,
        type: 'value_error',
      });
    }
  }
  if (findings.length === 0) return values;
  const unexpected =
    unknown.length === 0 ? undefined : `unknown parameter in the query: ${unknown.join(', ')}`;
  throw new Refusal(invalid(findings, requestId, unexpected));
}
