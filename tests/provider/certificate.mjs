// Makes a certificate with the openssl command, for as long as this process lives.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function makeCertificate(host) {
  const folder = mkdtempSync(join(tmpdir(), 'exeunt-provider-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

  const path = join(folder, 'certificate.pem');
  const keyPath = join(folder, 'key.pem');
  // It is its own authority. The extensions are those that strict verifiers
  // ask of an authority and of a server.
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-days', '2', '-subj', `/CN=${host}`, '-keyout', keyPath, '-out', path,
    '-addext', `subjectAltName=DNS:${host},DNS:localhost,IP:127.0.0.1`,
    '-addext', 'keyUsage=critical,digitalSignature,keyCertSign',
    '-addext', 'extendedKeyUsage=serverAuth',
  ], { stdio: ['ignore', 'ignore', 'pipe'] });

  return { path, cert: readFileSync(path), key: readFileSync(keyPath) };
}
