/**
 * What an output may take. The next step often reads it from an environment variable, and Linux takes no variable of
 * more than 128 KiB (MAX_ARG_STRLEN), its name included.
 */
const MOST_OUTPUT_BYTES = 100 * 1024;

/** A list of which the first entries fit into an output. */
export interface Bounded {
  readonly text: string;
  /** How many entries were left out. */
  readonly omitted: number;
}

/**
 * The text with as many entries as fit.
 * @param render the text with the first `shown` of them, longer the more there are
 */
export function bounded(entries: number, render: (shown: number) => string): Bounded {
  const fits = (text: string) => Buffer.byteLength(text) <= MOST_OUTPUT_BYTES;
  const all = render(entries);
  if (fits(all)) return { text: all, omitted: 0 };
  let [fitting, tooMany] = [0, entries];
  while (tooMany - fitting > 1) {
    const half = Math.floor((fitting + tooMany) / 2);
    if (fits(render(half))) fitting = half;
    else tooMany = half;
  }
  return { text: render(fitting), omitted: entries - fitting };
}

/** A JSON array of ids, the first ones. */
export function boundedIds(ids: readonly string[]): Bounded {
  return bounded(ids.length, (shown) => JSON.stringify(ids.slice(0, shown)));
}
