// Loaded before the action: the names under `.test` are this machine, as if a DNS server had said so.
import dns from 'node:dns';

const { lookup } = dns;
dns.lookup = Object.assign(
  (name, ...rest) => lookup(name.endsWith('.test') ? '127.0.0.1' : name, ...rest),
  lookup,
);
