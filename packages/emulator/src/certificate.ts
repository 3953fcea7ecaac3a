import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { bits, content, context, instant, integer, list, octets, oid, set, truth, utf8 } from './der.ts';

/** A certificate and its private key, in PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** Who vouches for a certificate. */
interface Issuer {
  readonly name: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const DAY = 86_400_000;

/**
 * What a server on this machine needs to be reached over TLS: the certificate of an authority that was made for it,
 * and an identity that the authority vouches for. The authority's private key is forgotten right away, so whoever
 * trusts it trusts this one identity.
 * @param names DNS names and IPv4 addresses
 */
export function makeIdentity(names: readonly string[]): Identity & { readonly ca: string } {
  const authority: Issuer = { name: 'mutx-api-key emulator', ...keyPair() };
  const ca = pem(certificate(authority, authority, []));
  const subject: Issuer = { name: names[0] ?? '', ...keyPair() };
  const cert = pem(certificate(subject, authority, names));
  return { ca, cert, key: subject.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function keyPair(): Pick<Issuer, 'privateKey' | 'publicKey'> {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

const ECDSA_WITH_SHA256 = list(oid('1.2.840.10045.4.3.2'));
const SERVER_AUTHENTICATION = list(oid('1.3.6.1.5.5.7.3.1'));
/** Of the key usage: the bit for signatures, and the one for signing certificates. */
const SIGNS = bits(Buffer.from([0x80]), 7);
const CERTIFIES = bits(Buffer.from([0x04]), 2);

/**
 * X.509 v3 in DER (RFC 5280), good for a year. Written here, because Node can read certificates and cannot make them.
 * @param names of a server; none: it is an authority's
 */
function certificate(subject: Issuer, issuer: Issuer, names: readonly string[]): Buffer {
  const now = Date.now();
  const isAuthority = names.length === 0;
  const extensions = list(
    extension('2.5.29.19', true, isAuthority ? list(truth(true)) : list()),
    extension('2.5.29.15', true, isAuthority ? CERTIFIES : SIGNS),
    extension('2.5.29.14', false, octets(keyId(subject))),
    extension('2.5.29.35', false, list(context(0, keyId(issuer)))),
    ...(isAuthority
      ? []
      : [
          extension('2.5.29.37', false, SERVER_AUTHENTICATION),
          extension('2.5.29.17', false, list(...names.map(alternativeName))),
        ]),
  );
  const signed = list(
    content(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ECDSA_WITH_SHA256,
    named(issuer),
    // The day before: other clocks may be behind.
    list(instant(now - DAY), instant(now + 365 * DAY)),
    named(subject),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    content(3, extensions),
  );
  return list(signed, ECDSA_WITH_SHA256, bits(sign('sha256', signed, issuer.privateKey), 0));
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return list(oid(id), ...(isCritical ? [truth(true)] : []), octets(value));
}

function named({ name }: Issuer): Buffer {
  return list(set(list(oid('2.5.4.3'), utf8(name))));
}

function keyId({ publicKey }: Issuer): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function alternativeName(name: string): Buffer {
  return isIP(name) === 4
    ? context(7, Buffer.from(name.split('.').map(Number)))
    : context(2, Buffer.from(name, 'ascii'));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
