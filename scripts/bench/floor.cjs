// The floor of a start-up: what a program has to load that sends a request over TLS, and nothing else.
for (const name of ['http', 'https', 'tls', 'crypto']) require(name);
