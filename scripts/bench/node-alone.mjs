// What is measured against: a program that does nothing but say a line and send requests, one after another over one
// connection. Its arguments: how many, and a URL on 127.0.0.1.
import { createRequire } from 'node:module';

// As the bundle has it: an import of node:http reads all its exports, one of which loads undici, which takes 40 ms.
const http = createRequire(import.meta.url)('node:http');
const [, , count, url] = process.argv;
const agent = new http.Agent({ keepAlive: true });

console.log('begins');
for (let sent = 0; sent < Number(count); sent++) await get();
agent.destroy();

function get() {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      response.resume();
      response.on('end', resolve);
    });
    request.on('error', reject);
  });
}
