/**
 * Puts the emulated GitHub in the place of the real one, for a step that `uses: ./`. The runner sets
 * `GITHUB_API_URL` itself and no workflow can change that for a step; but it can give the step a proxy. So this
 * is an HTTP proxy that answers for that one host itself, over TLS with a certificate made for the occasion
 * (`NODE_EXTRA_CA_CERTS`), and refuses every other.
 *
 *   node scripts/github-front.mjs --for https://api.github.com --to http://127.0.0.1:4000 --port 4443
 *     --cert cert.pem --key key.pem
 */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { pipeline } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    for: { type: 'string' },
    to: { type: 'string' },
    port: { type: 'string' },
    cert: { type: 'string' },
    key: { type: 'string' },
  },
});
const host = new URL(values.for).hostname;
const emulated = new URL(values.to);
const cert = readFileSync(values.cert);
const key = readFileSync(values.key);

const front = createServer((_request, response) => {
  response.writeHead(405).end('only CONNECT\n');
});

front.on('connect', ({ url }, socket) => {
  if (url !== `${host}:443`) {
    console.error(`refused: ${url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    return;
  }
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
  const outside = new TLSSocket(socket, { isServer: true, cert, key });
  const inside = connect(Number(emulated.port), emulated.hostname);
  // Either side may go away at any time; the other is then closed with it.
  pipeline(outside, inside, outside, () => {});
});

front.listen(Number(values.port), '127.0.0.1', () => {
  console.log(`${host} is ${emulated.origin}, through the proxy http://127.0.0.1:${values.port}`);
});
