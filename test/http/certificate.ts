import { generateKeyPairSync, sign } from 'node:crypto';
import type { Identity } from '../../packages/emulator/src/certificate.ts';
import {
  bits,
  content,
  context,
  instant,
  integer,
  list,
  octets,
  oid,
  set,
  utf8,
} from '../../packages/emulator/src/der.ts';

export type { Identity };

/**
 * A certificate that vouches for itself, made on the spot so that no private key has to be kept in the
 * repository. X.509 v3 (RFC 5280), with nothing in it that a server does not need.
 */
export function selfSigned(...names: readonly string[]): Identity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = list(set(list(oid('2.5.4.3'), utf8(names.join()))));
  const ecdsaWithSha256 = list(oid('1.2.840.10045.4.3.2'));
  const alternativeNames = list(...names.map((dns) => context(2, Buffer.from(dns, 'ascii'))));
  const signed = list(
    content(0, integer(Buffer.from([2]))),
    integer(Buffer.from([1])),
    ecdsaWithSha256,
    name,
    list(instant(Date.UTC(2020, 0)), instant(Date.UTC(2120, 0))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    content(3, list(list(oid('2.5.29.17'), octets(alternativeNames)))),
  );
  const bytes = list(signed, ecdsaWithSha256, bits(sign('sha256', signed, privateKey), 0));
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
