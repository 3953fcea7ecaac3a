import type { Emulator } from '../../packages/emulator/src/index.ts';
import type { Section } from './report.ts';
import { type BenchWorld, type Inputs, startWorld } from './world.ts';

const N = 20;

interface Counted {
  /** By kind, in the order in which they were first sent. */
  readonly kinds: ReadonlyMap<string, number>;
  readonly connections: { readonly mutx: number; readonly github: number };
  /** Both services were asked before either had answered. */
  readonly together: boolean;
}

/** What a rotation asks of both services, and over how many connections. */
export async function requests(): Promise<Section> {
  const one = await count(1, () => ({}));
  const many = await count(N, () => ({}));
  const password = await count(1, (world) => world.password);
  const columns = { '1 target': one, [`${N} targets`]: many, '1 target, e-mail and password': password };
  const row = (name: string, value: (counted: Counted) => number | string) => ({
    request: name,
    ...Object.fromEntries(Object.entries(columns).map(([column, counted]) => [column, value(counted)])),
  });
  const kinds = new Set([...password.kinds.keys(), ...many.kinds.keys()]);
  const perTarget = (totalOf(many) - totalOf(one)) / (N - 1);
  return {
    name: 'Requests',
    how: 'A rotation as it comes, by kind, and the connections that it opens. They are kept alive and used again; requests that go side by side need one each, a POST opens its own, and one that has rested for 2 s is given up, as in the 13 s that twenty writes take.',
    rows: [
      ...[...kinds].map((kind) => row(kind, ({ kinds: counts }) => counts.get(kind) ?? 0)),
      row('all requests', totalOf),
      row('connections to MUTX', ({ connections }) => connections.mutx),
      row('connections to GitHub', ({ connections }) => connections.github),
      row('both hosts connected at once', ({ together }) => (together ? 'yes' : 'after the log-in')),
    ],
    bounds: [
      { what: `3 requests for each further target (${perTarget})`, holds: perTarget === 3 },
      { what: 'both hosts are connected at once', holds: one.together && many.together },
      {
        what: 'one target: at most three connections to MUTX, one of them for the create, and two to GitHub',
        holds: one.connections.mutx <= 3 && one.connections.github <= 2,
      },
    ],
  };
}

async function count(targets: number, inputs: (world: BenchWorld) => Inputs): Promise<Counted> {
  await using world = await startWorld(targets);
  const { mutx, github, ledger } = world.emulator;
  const asked = new Set<string>();
  let together: boolean | undefined;
  world.emulator.onRequest(({ point, entry: { server } }) => {
    if (point === 'before') asked.add(server);
    else together ??= asked.size === 2;
    return undefined;
  });
  // So slow that whatever goes side by side does.
  await world.run({ inputs: inputs(world), latency: 200 });
  const kinds = new Map<string, number>();
  for (const entry of ledger.entries) kinds.set(kindOf(entry), (kinds.get(kindOf(entry)) ?? 0) + 1);
  return {
    kinds,
    connections: { mutx: mutx.connections, github: github.connections },
    together: together ?? false,
  };
}

function kindOf({ server, method, path }: Emulator['ledger']['entries'][number]): string {
  const general = path.replace(/^\/repos\/[^/]+\/[^/]+/u, '/repos/…').replace(/\/[0-9a-f-]{36}$/u, '/{id}');
  return `${server === 'mutx' ? 'MUTX' : 'GitHub'}: ${method} ${general}`;
}

function totalOf({ kinds }: Counted): number {
  return [...kinds.values()].reduce((sum, value) => sum + value, 0);
}
