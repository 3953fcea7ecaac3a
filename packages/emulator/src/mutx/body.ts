import { header, Refusal } from '../message.ts';
import { type Finding, internal, invalid } from './errors.ts';
import type { Call } from './routes.ts';

type Fields = Readonly<Record<string, unknown>>;

type Problem = Omit<Finding, 'loc'>;

/** Reads one field as the server does, which takes more than its description says; `note` says what it took. */
type FieldReader = (
  value: unknown,
) => { readonly value: unknown; readonly note?: string } | { readonly problem: Problem };

export const text: FieldReader = (value) =>
  typeof value === 'string'
    ? { value }
    : { problem: { msg: 'Input should be a valid string', type: 'string_type' } };

export const textOrNone: FieldReader = (value) => (value === null ? { value } : text(value));

/** Of names that have a meaning of their own on networks: not taken for part of an address. */
const SPECIAL_USE = /(?:^|\.)(?:arpa|invalid|local|localhost|onion|test)$/u;

/** The domain is not case-sensitive, what is before it is. */
export const email: FieldReader = (value) => {
  if (typeof value !== 'string') return text(value);
  const [, local, domain] = /^([^@\s]+)@([^@\s]+)$/u.exec(value) ?? [];
  const why = (reason: string) => ({
    problem: { msg: `value is not a valid email address: ${reason}`, type: 'value_error' },
  });
  if (local === undefined || domain === undefined) return why('An email address must have an @-sign.');
  const lower = domain.toLowerCase();
  if (SPECIAL_USE.test(lower)) return why('The part after the @-sign is a special-use or reserved name.');
  if (!lower.includes('.')) return why('The part after the @-sign is not valid. It should have a period.');
  return { value: `${local}@${lower}` };
};

/** Any text: what the database does not take is a matter of {@link isStorable}. */
export const keyName: FieldReader = (value) => {
  const read = text(value);
  return value === '' ? { ...read, note: 'an empty key name' } : read;
};

/** A column of 255 characters in UTF-8, in which PostgreSQL takes neither NUL nor half of a surrogate pair. */
export function isStorable(name: string): boolean {
  return [...name].length <= 255 && !name.includes('\0') && name.isWellFormed();
}

export const days: FieldReader = (value) => {
  if (value === null) return { value };
  const read = wholeNumber(value);
  if (typeof read !== 'number') return { problem: read };
  if (read < 1) {
    return { problem: { msg: 'Input should be greater than or equal to 1', type: 'greater_than_equal' } };
  }
  if (read > 365) {
    return { problem: { msg: 'Input should be less than or equal to 365', type: 'less_than_equal' } };
  }
  return value === read ? { value } : { value: read, note: `expires_in_days as ${typeof value}` };
};

/** As pydantic reads an integer where it is not told to be strict. */
function wholeNumber(value: unknown): number | Problem {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return value;
    const msg = 'Input should be a valid integer, got a number with a fractional part';
    return { msg, type: 'int_from_float' };
  }
  if (typeof value === 'string') {
    if (/^\s*[+-]?\d+(?:\.0+)?\s*$/u.test(value)) return Number(value);
    const msg = 'Input should be a valid integer, unable to parse string as an integer';
    return { msg, type: 'int_parsing' };
  }
  return { msg: 'Input should be a valid integer', type: 'int_type' };
}

/**
 * Reads a JSON body. Fields that are not known are ignored, as the server does, and noted.
 * @throws Refusal 422; 500 for what is not JSON
 */
export function readBody(
  call: Call,
  required: Readonly<Record<string, FieldReader>>,
  optional: Readonly<Record<string, FieldReader>> = {},
): Fields {
  const fields = parse(call);
  const readers = { ...required, ...optional };
  const findings: Finding[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(readers)) {
    if (!(name in fields)) {
      if (name in required) findings.push({ loc: ['body', name], msg: 'Field required', type: 'missing' });
      continue;
    }
    const result = read(fields[name]);
    if ('problem' in result) findings.push({ loc: ['body', name], ...result.problem });
    else values[name] = result.value;
    if ('note' in result && result.note !== undefined) call.notes.push(result.note);
  }
  for (const name of Object.keys(fields).filter((field) => !(field in readers))) {
    call.notes.push(`unknown field in the body: ${name}`);
  }
  if (findings.length > 0) throw new Refusal(invalid(findings, call));
  return values;
}

function parse(call: Call): Fields {
  const { request } = call;
  const refuse = (finding: Omit<Finding, 'loc'>, why: string) =>
    new Refusal({ ...invalid([{ loc: ['body'], ...finding }], call), unexpected: why });
  if (request.body === '') {
    throw refuse({ msg: 'Field required', type: 'missing' }, 'a body was expected, and there is none');
  }
  const notObject = {
    msg: 'Input should be a valid dictionary or object to extract fields from',
    type: 'model_attributes_type',
  };
  if (!/^application\/json(;|$)/.test(header(request, 'content-type'))) {
    throw refuse(notObject, 'a body without content-type: application/json');
  }
  let body: unknown;
  try {
    body = JSON.parse(request.body);
  } catch {
    // The server fails while it describes what is wrong.
    throw new Refusal({ ...internal(call), unexpected: 'the body is not JSON' });
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw refuse(notObject, 'the body is not a JSON object');
  }
  return body as Fields;
}

/**
 * Reads whole numbers from the query. Other parameters are ignored, and noted.
 * @param ranges name → [least, most, default]
 * @throws Refusal 422
 */
export function readQuery<Name extends string>(
  call: Call,
  ranges: Readonly<Record<Name, readonly [number, number, number]>>,
): Readonly<Record<Name, number>> {
  const { query } = call.request;
  for (const name of query.keys()) {
    if (!(name in ranges)) call.notes.push(`unknown parameter in the query: ${name}`);
  }
  const findings: Finding[] = [];
  const values = {} as Record<Name, number>;
  for (const [name, [least, most, fallback]] of Object.entries(ranges) as [
    Name,
    readonly [number, number, number],
  ][]) {
    const read = query.has(name) ? wholeNumber(query.get(name)) : fallback;
    const problem = typeof read === 'number' ? rangeProblem(read, least, most) : read;
    if (problem !== undefined) findings.push({ loc: ['query', name], ...problem });
    else if (typeof read === 'number') values[name] = read;
  }
  if (findings.length > 0) throw new Refusal(invalid(findings, call));
  return values;
}

function rangeProblem(value: number, least: number, most: number): Problem | undefined {
  if (value < least) {
    return { msg: `Input should be greater than or equal to ${least}`, type: 'greater_than_equal' };
  }
  return value > most
    ? { msg: `Input should be less than or equal to ${most}`, type: 'less_than_equal' }
    : undefined;
}
