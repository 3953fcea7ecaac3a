import type Http from 'node:http';
import type Https from 'node:https';
import { createRequire } from 'node:module';
import type Tls from 'node:tls';
import type Util from 'node:util';

/**
 * Node's HTTP and TLS, for all of src/http. An `import` of `node:http` reads each of its exports, and one of them loads
 * undici, which takes four times as long as a bare Node takes to start; `require` reads only what is used. Types cost
 * nothing, and are imported where they are needed. (`process.getBuiltinModule` would do as well, but Node 22.0 to 22.2
 * do not have it.)
 */
const load = createRequire(import.meta.url);

export const http = load('node:http') as typeof Http;
export const https = load('node:https') as typeof Https;
export const tls = load('node:tls') as typeof Tls;
export const util = load('node:util') as typeof Util;
