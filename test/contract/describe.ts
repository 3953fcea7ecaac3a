import { readFileSync } from 'node:fs';

export type Json = Readonly<Record<string, unknown>>;

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Json;
}

/** One operation of a description, references into it resolved as far as the schemas. */
export interface Operation {
  readonly parameters: readonly Parameter[];
  /** undefined: takes no body */
  readonly body: { readonly required: boolean; readonly schema: Json } | undefined;
  /** By status; schema undefined: no body. */
  readonly replies: ReadonlyMap<number, Json | undefined>;
  readonly pathValues: Readonly<Record<string, string>>;
}

/** An OpenAPI description, and how to find an operation in it. */
export class Description {
  readonly document: Json;

  constructor(file: string) {
    this.document = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Json;
  }

  /** The operation that a request is; `path` encoded, without query. */
  find(method: string, path: string): Operation | undefined {
    const paths = this.document['paths'] as Readonly<Record<string, Json>>;
    const segments = path.split('/').map(decodeURIComponent);
    // A literal path goes before one with a name in braces in the same place.
    const templates = Object.keys(paths).sort(
      (one, other) => one.split('{').length - other.split('{').length,
    );
    for (const template of templates) {
      const pathValues = fit(template.split('/'), segments);
      const operation = paths[template]?.[method.toLowerCase()] as Json | undefined;
      if (pathValues !== undefined && operation !== undefined) return this.#operation(operation, pathValues);
    }
    return undefined;
  }

  #operation(operation: Json, pathValues: Readonly<Record<string, string>>): Operation {
    const body = operation['requestBody'] as Json | undefined;
    const replies = Object.entries(operation['responses'] as Readonly<Record<string, Json>>);
    return {
      parameters: ((operation['parameters'] ?? []) as Json[]).map(
        (parameter) => this.#resolve(parameter) as unknown as Parameter,
      ),
      body: body && { required: body['required'] === true, schema: schemaOf(body) ?? {} },
      replies: new Map(
        replies.map(([status, reply]) => [Number(status), schemaOf(this.#resolve(reply))] as const),
      ),
      pathValues,
    };
  }

  #resolve(value: Json): Json {
    const reference = value['$ref'];
    if (typeof reference !== 'string') return value;
    let found: unknown = this.document;
    for (const part of reference.slice(2).split('/')) found = (found as Json)[part];
    return found as Json;
  }
}

function schemaOf(holder: Json): Json | undefined {
  const content = holder['content'] as Readonly<Record<string, { readonly schema: Json }>> | undefined;
  return content?.['application/json']?.schema;
}

function fit(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) values[part.slice(1, -1)] = segment;
    else if (part !== segment) return undefined;
  }
  return values;
}
