import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fleetSchema } from '../../../src/config/fleet/schema.ts';
import { load } from './fleet-file.ts';

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(fleetSchema());

/** As the formatter writes it. */
function pretty(schema: unknown): string {
  const text = JSON.stringify(schema, undefined, 2).replace(
    /\[\n\s+([^[\]{}]*?)\n\s+\]/gu,
    (_, items: string) => {
      return `[${items.replace(/\n\s+/gu, ' ')}]`;
    },
  );
  return `${text}\n`;
}

test('the published schema is in step with the table of inputs', async () => {
  await expect(pretty(fleetSchema())).toMatchFileSnapshot('../../../schema/mutx-keys.schema.json');
});

describe('the schema and the reader agree', () => {
  test.each([
    ['keys: [{key-name: a, targets: [a/b]}]', true],
    ['keys: [{targets: a/b}]', true],
    ['keys: [{key-name: a, targets: "a/b\\na/c"}]', true],
    ['keys: [{targets: [a/b], selected-repositories: [x, 17], visibility: selected}]', true],
    ['defaults: {grace-period: 0, verify: false, expires-in-days: 7}\nkeys: [{targets: [a/b]}]', true],
    ['defaults: {grace-period: 6h, on-quota: wait}\nkeys: [{targets: [a/b]}]', true],
    ['keys: []', false],
    ['keys: [{key-name: a}]', false],
    ['defaults: {targets: [a/b]}\nkeys: [{targets: [a/c]}]', false],
    ['keys: [{targets: [a/b], expires-in-days: 0}]', false],
    ['keys: [{targets: [a/b], expires-in-days: 366}]', false],
    ['keys: [{targets: [a/b], renew-before: 7}]', false],
    ['keys: [{targets: [a/b], on-quota: maybe}]', false],
    ['keys: [{targets: [a/b], verify: sometimes}]', false],
    ['keys: [{targets: [a/b], secret-name: GITHUB_X}]', false],
    ['keys: [{targets: [a/b], password: hunter2hunter2}]', false],
    ['keys: [{targets: [a/b], dry-run: true}]', false],
    ['keys: [{targets: []}]', false],
    ['key: [{targets: [a/b]}]', false],
  ])('about %s', (text, valid) => {
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(valid);
    expect(load(text).ok).toBe(valid);
  });
});
