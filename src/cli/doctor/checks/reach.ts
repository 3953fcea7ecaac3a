import { BlockList, isIP } from 'node:net';

/** Loopback, private, shared and link-local addresses (RFC 6890): this machine, or its own network. */
const LOCAL_ADDRESSES = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  LOCAL_ADDRESSES.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  LOCAL_ADDRESSES.addSubnet(network, bits, 'ipv6');
}

/** Names that no public DNS knows (RFC 6761, 6762 and 8375; `.internal` is reserved by ICANN). */
const LOCAL_NAME = /^[^.]+$|\.(?:local|localhost|internal|home\.arpa)$/u;

/** Whether it is this machine itself. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/u.test(hostname);
}

/** Whether the runners that GitHub hosts cannot reach it, as far as its name tells. */
export function isOutOfReach({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/gu, '');
  const version = isIP(host);
  if (version === 0) return LOCAL_NAME.test(host);
  return LOCAL_ADDRESSES.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
