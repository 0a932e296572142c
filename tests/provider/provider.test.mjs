// What the provider does, as far as the tests built on it rely on it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';

import { startProvider } from './spawn.mjs';
import { Visitor } from './visitor.mjs';

const STATE = 'st&a=te/+ %25 é';
const YES = { logout: 'yes' };

async function startFor(test, ...options) {
  const provider = await startProvider(...options);
  test.after(provider.stop);
  return provider;
}

function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}

describe('the program', () => {
  it('prints one line that says where it is, and ends when its standard input closes', async (test) => {
    const provider = await startFor(test);
    assert.deepEqual(Object.keys(JSON.parse(provider.printed[0])), [
      'issuer', 'port', 'certificate', 'client_id', 'client_secret',
    ]);
    assert.equal(provider.issuer, `http://localhost:${provider.port}`);
    assert.equal(provider.certificate, null);
    await new Visitor(provider).signIn('alice');
    assert.equal(await provider.stop(), 0);
    assert.equal(provider.printed.length, 1);
  });

  it('ends cleanly on SIGTERM and takes its certificate away', async (test) => {
    const provider = await startFor(test, '--tls');
    assert.ok(existsSync(provider.certificate));
    provider.child.kill('SIGTERM');
    assert.equal(await provider.ended, 0);
    assert.ok(!existsSync(provider.certificate));
  });

  it('explains itself when an option is wrong, before it prints anything', async () => {
    await assert.rejects(startProvider('--confirm', 'maybe'), /ended with 2: --confirm: say ask or never/);
    await assert.rejects(startProvider('--client-secret', 'é'), /ended with 1: .*invalid client_secret value/s);
  });

  it('uses the host, the addresses and the secret it is given', async () => {
    const rp = 'http://127.0.0.1:4999';
    const provider = await startProvider('--host', 'op.localhost', '--rp', `${rp}/`, '--client-secret', 'a:b+c %&=');
    assert.equal(provider.issuer, `http://op.localhost:${provider.port}`);
    const visitor = new Visitor(provider, rp);
    assert.equal(claimsOf((await visitor.signIn('alice')).id_token).iss, provider.issuer);
  });
});

describe('the provider', () => {
  let provider;
  let visitor;
  before(async () => { provider = await startProvider(); });
  after(() => provider.stop());

  it('publishes where sessions end and tokens are revoked', async () => {
    visitor = new Visitor(provider);
    const { status, text } = await visitor.visit(visitor.address('/.well-known/openid-configuration'));
    assert.equal(status, 200);
    const metadata = JSON.parse(text);
    assert.equal(metadata.issuer, provider.issuer);
    assert.equal(metadata.end_session_endpoint, `${provider.issuer}/session/end`);
    assert.equal(metadata.revocation_endpoint, `${provider.issuer}/token/revocation`);
    assert.equal(metadata.introspection_endpoint, `${provider.issuer}/token/introspection`);
    assert.equal(metadata.backchannel_logout_session_supported, true);
  });

  it('signs alice in and puts sid and login_hint into her ID token', async () => {
    visitor = new Visitor(provider);
    assert.equal(await visitor.proof(), 'login_required');
    const tokens = await visitor.signIn('alice');
    const { sub, aud, sid, login_hint } = claimsOf(tokens.id_token);
    assert.deepEqual({ sub, aud, login_hint }, { sub: 'alice', aud: 'rp1', login_hint: 'hint-alice' });
    assert.match(sid, /./);
    assert.match(tokens.refresh_token, /./);
    assert.equal(await visitor.isActive(tokens.access_token), true);
    assert.equal(await visitor.proof(), 'signed in');
  });

  it('shows the form again when the password is wrong', async () => {
    visitor = new Visitor(provider);
    const page = await visitor.submit(await visitor.authorize(), { login: 'alice', password: '"><b>' });
    assert.equal(page.status, 401);
    assert.match(page.text, /role="alert"/);
    const returned = await visitor.submit(page, { login: 'bob', password: 'correct horse' });
    assert.match(returned.location, /^http:\/\/localhost:4401\/callback\?code=/);
  });

  it('ends the session and every token after a Yes, and returns with the state', async () => {
    visitor = new Visitor(provider);
    const tokens = await visitor.signIn('alice');
    const page = await visitor.leave({ id_token_hint: tokens.id_token, state: STATE });
    assert.match(page.text, /id="op\.logoutForm"/);
    assert.doesNotMatch(page.text, /<script/);
    const returned = await visitor.submit(page, YES);
    assert.equal(returned.status, 303);
    const { origin, pathname, searchParams } = new URL(returned.location);
    assert.equal(origin + pathname, 'http://localhost:4401/logged-out');
    assert.deepEqual([...searchParams], [['state', STATE]]);
    assert.equal(await visitor.proof(), 'login_required');
    assert.equal(await visitor.isActive(tokens.access_token), false);
    assert.equal(await visitor.isActive(tokens.refresh_token), false);
  });

  it('returns in the same way after a No, keeps the session and withdraws the consent', async () => {
    visitor = new Visitor(provider);
    const tokens = await visitor.signIn('alice');
    const returned = await visitor.submit(await visitor.leave({ id_token_hint: tokens.id_token, state: STATE }));
    assert.equal(returned.status, 303);
    assert.equal(new URL(returned.location).searchParams.get('state'), STATE);
    assert.equal(await visitor.proof(), 'consent_required');
    assert.equal(await visitor.isActive(tokens.access_token), false);
    // The session is alive: signing in again shows no form.
    assert.match((await visitor.authorize()).location, /\/callback\?code=/);
    assert.equal(await visitor.proof(), 'signed in');
  });

  it('lets tokens with offline access live on after a Yes', async () => {
    visitor = new Visitor(provider);
    const tokens = await visitor.signIn('alice', { scope: 'openid offline_access', prompt: 'consent' });
    await visitor.submit(await visitor.leave({ id_token_hint: tokens.id_token }), YES);
    assert.equal(await visitor.proof(), 'login_required');
    assert.equal(await visitor.isActive(tokens.refresh_token), true);
  });

  it('appends the state to a registered address that has a query', async () => {
    visitor = new Visitor(provider);
    await visitor.signIn('bob');
    const page = await visitor.leave({ post_logout_redirect_uri: `${visitor.rp}/logged-out?tenant=a`, state: 's' });
    assert.equal((await visitor.submit(page, YES)).location, `${visitor.rp}/logged-out?tenant=a&state=s`);
  });

  it('ends on a page of its own when it is not told where to return', async () => {
    visitor = new Visitor(provider);
    await visitor.signIn('bob');
    const page = await visitor.submit(await visitor.visit(visitor.address('/session/end')), YES);
    assert.match(page.text, /id="done"/);
    assert.equal(page.url.pathname, '/session/end/success');
  });

  it('refuses an unregistered return address and keeps the session', async () => {
    visitor = new Visitor(provider);
    const { id_token: hint } = await visitor.signIn('alice');
    for (const address of ['/elsewhere', '/logged-out/', '/logged-out?tenant=b']) {
      const page = await visitor.leave({ id_token_hint: hint, post_logout_redirect_uri: visitor.rp + address });
      assert.equal(page.status, 400);
      assert.match(page.text, /id="error">invalid_request<.*\n.*>post_logout_redirect_uri not registered</);
    }
    assert.equal(await visitor.proof(), 'signed in');
  });

  it('revokes a refresh token and the access tokens that came with it, for its own client only', async () => {
    visitor = new Visitor(provider);
    const { access_token: access, refresh_token: refresh } = await visitor.signIn('alice');
    const revoke = (token, secret) => visitor.back('/token/revocation', { token }, visitor.credentials(secret));
    assert.equal((await revoke(refresh, 'wrong')).status, 401);
    await visitor.back('/token/revocation', { client_id: 'native1', token: refresh }, null);
    assert.equal(await visitor.isActive(refresh), true);
    assert.deepEqual(await revoke(refresh), { status: 200 });
    assert.equal(await visitor.isActive(refresh), false);
    assert.equal(await visitor.isActive(access), false);
    assert.deepEqual(await revoke(refresh), { status: 200 });
  });

  it('withdraws the consent when a refresh token is revoked, but not for an access token', async () => {
    for (const [kind, proof] of [['refresh_token', 'consent_required'], ['access_token', 'signed in']]) {
      visitor = new Visitor(provider);
      const tokens = await visitor.signIn('alice');
      await visitor.back('/token/revocation', { token: tokens[kind] });
      assert.equal(await visitor.isActive(tokens.access_token), false);
      assert.equal(await visitor.isActive(tokens.refresh_token), false);
      assert.equal(await visitor.proof(), proof);
    }
  });

  it('signs the native client in with PKCE and out to its own scheme', async () => {
    visitor = new Visitor(provider);
    const client_id = 'native1';
    const redirect_uri = 'com.example.app:/callback';
    const code_verifier = 'v'.repeat(43);
    const code_challenge = createHash('sha256').update(code_verifier).digest('base64url');
    const asked = { client_id, redirect_uri, code_challenge, code_challenge_method: 'S256' };
    const page = await visitor.authorize(asked);
    const { location } = await visitor.submit(page, { login: 'alice', password: 'correct horse' });
    const code = new URL(location).searchParams.get('code');
    const grant = { grant_type: 'authorization_code', client_id, redirect_uri, code, code_verifier };
    const tokens = await visitor.back('/token', grant, null);
    assert.equal(claimsOf(tokens.id_token).aud, client_id);
    assert.equal(await visitor.isActive(tokens.refresh_token), true);
    await visitor.back('/token/revocation', { client_id, token: tokens.refresh_token }, null);
    assert.equal(await visitor.isActive(tokens.refresh_token), false);

    for (const post_logout_redirect_uri of ['http://127.0.0.1:4998/logged-out', 'com.example.app:/logout']) {
      const question = await visitor.leave({ client_id, post_logout_redirect_uri, state: 's' });
      assert.equal((await visitor.submit(question, YES)).location, `${post_logout_redirect_uri}?state=s`);
    }
  });
});

describe('the provider with other options', () => {
  it('takes a sign-out by POST over TLS', async (test) => {
    const provider = await startFor(test, '--tls');
    const visitor = new Visitor(provider);
    const { id_token: hint } = await visitor.signIn('alice');
    const page = await visitor.leave({ id_token_hint: hint, state: STATE }, 'POST');
    const returned = await visitor.submit(page, YES);
    assert.equal(new URL(returned.location).searchParams.get('state'), STATE);
    assert.equal(await visitor.proof(), 'login_required');
  });

  it('answers the question itself when told never to ask', async (test) => {
    const provider = await startFor(test, '--confirm', 'never');
    const visitor = new Visitor(provider);
    await visitor.signIn('alice');
    const page = await visitor.leave({});
    assert.match(page.text, /<script>document\.getElementById\('yes'\)\.click\(\)<\/script>/);
  });

  it('tells the relying party over the back channel which session has ended', async (test) => {
    const receiver = http.createServer().listen(0, '127.0.0.1');
    test.after(() => receiver.close());
    await once(receiver, 'listening');
    const told = once(receiver, 'request').then(async ([request, response]) => {
      response.end();
      return new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    });
    const provider = await startFor(test, '--backchannel', `http://127.0.0.1:${receiver.address().port}/`);
    const visitor = new Visitor(provider);
    const { id_token: hint } = await visitor.signIn('alice');
    await visitor.submit(await visitor.leave({}), YES);
    const { sub, sid } = claimsOf((await told).get('logout_token'));
    assert.deepEqual({ sub, sid }, { sub: 'alice', sid: claimsOf(hint).sid });
  });
});
