// Starts the provider on a socket and says where it is.

import { generateKeyPair, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { promisify } from 'node:util';
import Provider from 'oidc-provider';

import { makeCertificate } from './certificate.mjs';
import { configuration } from './configuration.mjs';
import { interactions } from './interactions.mjs';

async function signingKey() {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };
}

export async function start(settings) {
  const key = await signingKey();
  const certificate = settings.tls ? makeCertificate(settings.host) : null;
  const server = certificate
    ? https.createServer({ key: certificate.key, cert: certificate.cert })
    : http.createServer();

  // The issuer contains the port, which with --port 0 is known only now.
  server.listen(settings.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const issuer = `${certificate ? 'https' : 'http'}://${settings.host}:${port}`;

  const clientSecret = settings.clientSecret ?? randomBytes(24).toString('base64url');
  const provider = new Provider(issuer, configuration({ ...settings, port, key, clientSecret }));
  provider.use(interactions(provider));
  provider.on('server_error', (_ctx, error) => console.error(error));
  // A client is otherwise checked only when it first comes along.
  for (const id of ['rp1', 'native1']) await provider.Client.find(id);
  server.on('request', provider.callback());

  return {
    issuer,
    port,
    certificate: certificate?.path ?? null,
    client_id: 'rp1',
    client_secret: clientSecret,
  };
}
