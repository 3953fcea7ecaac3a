/**
 * `zone-less`: as Python prints a naive datetime; `utc`: the same with a `Z`. Both mean UTC. `mixed`: `created_at`
 * with a `Z` and the other times of a key without, as the public server stores them.
 */
export type TimestampStyle = 'zone-less' | 'utc' | 'mixed';

/** Microseconds since the epoch, as the API prints them; Python leaves a fraction of nothing out. */
export function timestamp(micros: number, style: Exclude<TimestampStyle, 'mixed'>): string {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = micros - seconds * 1_000_000;
  const whole = new Date(seconds * 1_000).toISOString().slice(0, 19);
  const text = fraction === 0 ? whole : `${whole}.${String(fraction).padStart(6, '0')}`;
  return style === 'utc' ? `${text}Z` : text;
}

/** A time that the server stores with its zone. */
export function zoned(micros: number, style: TimestampStyle): string {
  return timestamp(micros, style === 'mixed' ? 'utc' : style);
}

/** A time that it stores without one. */
export function naive(micros: number, style: TimestampStyle): string {
  return timestamp(micros, style === 'mixed' ? 'zone-less' : style);
}
