/**
 * Hosts that mean this machine or its own network: loopback, private, shared and link-local addresses (RFC 6890), and
 * names that no public DNS knows (RFC 6761, 6762 and 8375; `.internal` is reserved by ICANN).
 */
const LOCAL: readonly RegExp[] = [
  /^(?:0|10|127)(?:\.\d+){3}$/u,
  /^(?:169\.254|192\.168)(?:\.\d+){2}$/u,
  /^172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}$/u,
  /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])(?:\.\d+){2}$/u,
  /^\[(?:::1?|f[cd][\da-f]{2}:.*|fe[89ab][\da-f]:.*)\]$/u,
  /^[^.:]+$/u,
  /\.(?:local|localhost|internal|home\.arpa)$/u,
];

/** Whether it is this machine itself. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/u.test(hostname);
}

/** Whether the runners that GitHub hosts cannot reach it, as far as its name tells. */
export function isOutOfReach({ hostname }: URL): boolean {
  const host = hostname.replace(/\.$/u, '');
  return LOCAL.some((form) => form.test(host));
}
