/** `zone-less`: as Python prints a naive datetime; `utc`: the same with a `Z`. Both mean UTC. */
export type TimestampStyle = 'zone-less' | 'utc';

/** Microseconds since the epoch, as the API prints them; Python leaves a fraction of nothing out. */
export function timestamp(micros: number, style: TimestampStyle): string {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = micros - seconds * 1_000_000;
  const whole = new Date(seconds * 1_000).toISOString().slice(0, 19);
  const text = fraction === 0 ? whole : `${whole}.${String(fraction).padStart(6, '0')}`;
  return style === 'utc' ? `${text}Z` : text;
}
