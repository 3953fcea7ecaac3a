import { createRequire } from 'node:module';

/**
 * Node's HTTP and TLS, for all of src/http. An `import` of `node:http` reads every export of it, and one of those loads
 * undici, which takes four times as long as a bare Node to start; `require` reads only what is used. Types are imported
 * as types where they are needed, which costs nothing. (`process.getBuiltinModule` does the same, but Node 22.0 does
 * not have it.)
 */
const load = createRequire(import.meta.url);

export const http = load('node:http') as typeof import('node:http');
export const https = load('node:https') as typeof import('node:https');
export const tls = load('node:tls') as typeof import('node:tls');
export const util = load('node:util') as typeof import('node:util');
