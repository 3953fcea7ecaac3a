import { loadFleet } from '../../../src/config/fleet/load-fleet.ts';
import { SecretRegistry } from '../../../src/secrets/registry.ts';

/** Loads a fleet as `plan` does. */
export function load(text: string, secrets = new SecretRegistry(() => {})) {
  return loadFleet(text, { secrets, host: 'github.com', mostTargets: 500 });
}

/** The problems of a fleet, `line: message. fix` each. */
export function problemsIn(text: string): readonly string[] {
  const loaded = load(text);
  return loaded.ok ? [] : loaded.problems.map(({ line, message, fix }) => `${line}: ${message}. ${fix}`);
}
