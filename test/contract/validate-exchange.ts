import type { Exchange, ServerName } from '../../packages/emulator/src/index.ts';
import { Description, type Json, type Operation } from './describe.ts';
import { type Check, checker } from './schemas.ts';

interface Api {
  readonly description: Description;
  readonly check: Check;
}

const GITHUB: Api = api('./github-secrets.openapi.json', false);
const MUTX: Api = api('./mutx-v1.openapi.json', true);

function api(file: string, zoneless: boolean): Api {
  const description = new Description(file);
  return { description, check: checker(description.document, { zoneless }) };
}

/**
 * Checks a request, and its reply unless that is a fault's, against the description of the API. An empty list:
 * all is as described. A problem never quotes a value.
 */
export function validateExchange(exchange: Exchange): readonly string[] {
  const { server, request, reply, faulted } = exchange;
  const call = `${server} ${request.method} ${request.path}`;
  const found = operationOf(server, request.method, request.path);
  if (found === 'not described') return reply?.status === 200 ? [] : errorProblems(exchange, call);
  if (found === undefined) return [`${call}: not in the description`];
  // What the server itself could not make sense of says so in its reply.
  const isWellMade = reply === undefined || faulted || ![400, 415, 422].includes(reply.status);
  return [
    ...(isWellMade ? requestProblems(server, request, found, call) : []),
    ...(reply === undefined || faulted ? [] : replyProblems(exchange, found, call)),
  ];
}

/** Collects the problems of all exchanges of an emulator, and how many replies of each kind there were. */
export function exchangeLog() {
  const problems: string[] = [];
  const seen = new Map<string, number>();
  return {
    problems,
    /** `github PUT 204` → how often */
    seen,
    onExchange: (exchange: Exchange): void => {
      problems.push(...validateExchange(exchange));
      const kind = `${exchange.server} ${exchange.request.method} ${exchange.reply?.status ?? 'no reply'}`;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    },
  };
}

function operationOf(
  server: ServerName,
  method: string,
  path: string,
): Operation | 'not described' | undefined {
  switch (server) {
    case 'github':
      return GITHUB.description.find(
        method,
        path
          .replace(/^\/repositories\/\d+(?=\/|$)/, '/repos/owner/repo')
          .replace(/^\/organizations\/\d+(?=\/|$)/, '/orgs/org'),
      );
    case 'mutx': {
      const v1 = path.startsWith('/v1/') ? path : `/v1${path}`;
      return v1 === '/v1/agents' ? 'not described' : MUTX.description.find(method, v1);
    }
  }
}

function checkOf(server: ServerName): Check {
  return server === 'github' ? GITHUB.check : MUTX.check;
}

function requestProblems(
  server: ServerName,
  request: Exchange['request'],
  { parameters, body, pathValues }: Operation,
  call: string,
): readonly string[] {
  const check = checkOf(server);
  const queries = parameters.filter((parameter) => parameter.in === 'query');
  const problems: string[] = [];
  for (const name of Object.keys(request.query)) {
    if (!queries.some((query) => query.name === name)) problems.push(`query ${name}: not described`);
  }
  for (const parameter of parameters) {
    const value = { path: pathValues, query: request.query, header: {} as Json }[parameter.in][
      parameter.name
    ];
    if (value === undefined) {
      if (parameter.required === true) problems.push(`${parameter.in} ${parameter.name}: missing`);
      continue;
    }
    const given = parameter.schema['type'] === 'integer' ? Number(value) : value;
    problems.push(
      ...check(parameter.schema, given).map((text) => `${parameter.in} ${parameter.name}: ${text}`),
    );
  }
  if (request.body === undefined) {
    if (body?.required === true) problems.push('no body');
  } else if (body === undefined) problems.push('a body that is not described');
  else problems.push(...bodyProblems(server, request, body.schema));
  return problems.map((problem) => `${call}: ${problem}`);
}

function bodyProblems(
  server: ServerName,
  { body, headers }: Exchange['request'],
  schema: Json,
): readonly string[] {
  const problems = checkOf(server)(schema, body).map((text) => `body ${text}`);
  if (!/^application\/json(;|$)/.test(headers['content-type'] ?? ''))
    problems.push('body: not said to be JSON');
  const known = schema['properties'] as Json | undefined;
  if (known === undefined || typeof body !== 'object' || body === null) return problems;
  const unknown = Object.keys(body).filter((name) => !(name in known));
  return [...problems, ...unknown.map((name) => `body ${name}: not described`)];
}

function replyProblems(exchange: Exchange, { replies }: Operation, call: string): readonly string[] {
  const { server, request, reply } = exchange;
  if (reply === undefined) return [];
  if (reply.status >= 300 && (server === 'mutx' || replies.get(reply.status) === undefined)) {
    return errorProblems(exchange, call);
  }
  if (!replies.has(reply.status)) return [`${call}: ${reply.status} is not described`];
  const schema = replies.get(reply.status);
  if (schema === undefined) return reply.body === undefined ? [] : [`${call}: ${reply.status} with a body`];
  // The documented generation lists an array of what v1 has as `items`.
  const body =
    server === 'mutx' && !request.path.startsWith('/v1/') && Array.isArray(reply.body)
      ? { items: reply.body, total: 0, skip: 0, limit: 1, has_more: false }
      : reply.body;
  return checkOf(server)(schema, body).map((text) => `${call}: ${reply.status} ${text}`);
}

const MUTX_ERROR: Json = {
  anyOf: [
    {
      type: 'object',
      required: ['detail'],
      properties: { detail: { type: 'string' } },
      additionalProperties: false,
    },
    {
      type: 'object',
      required: ['status', 'error_code', 'message', 'retry_after'],
      properties: {
        status: { const: 'error' },
        message: { type: 'string' },
        retry_after: { type: 'integer' },
      },
    },
    {
      type: 'object',
      required: ['status', 'error_code', 'message', 'request_id'],
      properties: {
        status: { const: 'error' },
        message: { type: 'string' },
        details: { type: 'array', items: { $ref: '#/components/schemas/ValidationError' } },
      },
    },
  ],
};

const GITHUB_ERROR: Json = {
  allOf: [{ $ref: '#/components/schemas/basic-error' }, { required: ['message', 'documentation_url'] }],
};

/** Errors that the description does not list. */
function errorProblems({ server, reply }: Exchange, call: string): readonly string[] {
  if (reply === undefined) return [];
  const isRedirect = server === 'mutx' && reply.status === 307;
  if (isRedirect) return reply.body === undefined ? [] : [`${call}: 307 with a body`];
  const schema = server === 'github' ? GITHUB_ERROR : MUTX_ERROR;
  return checkOf(server)(schema, reply.body).map((text) => `${call}: ${reply.status} ${text}`);
}
