// The provider's pages in a real browser.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, it } from 'node:test';

import { launch } from './browser.mjs';
import { startProvider } from './spawn.mjs';

describe('the provider in Chromium', () => {
  let chromium;
  let rp;
  let address;

  before(async () => {
    // A relying party that can do nothing but be returned to.
    rp = http.createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!DOCTYPE html><title>Returned</title>');
    }).listen(0, '127.0.0.1');
    await once(rp, 'listening');
    address = `http://localhost:${rp.address().port}`;
    chromium = await launch();
  });

  after(async () => {
    await chromium?.browser.close();
    rp.close();
    rp.closeAllConnections();
  });

  async function signedIn(test, ...options) {
    const provider = await startProvider('--rp', address, ...options);
    test.after(provider.stop);
    const context = await chromium.newContext({ ignoreHTTPSErrors: true });
    test.after(() => context.close());
    const page = await context.newPage();

    const go = async (path, parameters) => {
      const url = new URL(path, provider.issuer);
      url.search = new URLSearchParams({ client_id: 'rp1', ...parameters });
      await page.goto(url.href);
    };
    const authorize = (path, more) => go('/auth', {
      response_type: 'code', scope: 'openid', redirect_uri: address + path, ...more,
    });
    const proof = async () => {
      await authorize('/proof', { prompt: 'none' });
      return new URL(page.url()).searchParams.get('error') ?? 'signed in';
    };

    await authorize('/callback');
    await page.fill('[name=login]', 'alice');
    await page.fill('[name=password]', 'correct horse');
    await page.click('#sign-in');
    await page.waitForURL(`${address}/callback?code=*`);
    assert.equal(await proof(), 'signed in');

    const parameters = { post_logout_redirect_uri: `${address}/logged-out`, state: 's t' };
    const returned = () => page.waitForURL(`${address}/logged-out?state=s+t`);
    return { provider, page, proof, returned, parameters, leave: () => go('/session/end', parameters) };
  }

  it('signs the user in, and out again after a Yes', async (test) => {
    const { page, leave, returned, proof } = await signedIn(test);
    await leave();
    assert.match(await page.textContent('main'), /You are signed in as Alice\. Relying party asks for it\./);
    await page.click('#yes');
    await returned();
    assert.equal(await proof(), 'login_required');
  });

  it('keeps the session after a No', async (test) => {
    const { page, leave, returned, proof } = await signedIn(test);
    await leave();
    await page.click('#no');
    await returned();
    assert.equal(await proof(), 'consent_required');
  });

  it('goes straight through when told never to ask', async (test) => {
    const { leave, returned, proof } = await signedIn(test, '--confirm', 'never');
    await leave();
    await returned();
    assert.equal(await proof(), 'login_required');
  });

  it('takes a sign-out by POST from another site over TLS', async (test) => {
    const { provider, page, parameters, returned, proof } = await signedIn(test, '--tls');
    await page.goto(address);
    await page.evaluate(([action, fields]) => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action });
      for (const [name, value] of Object.entries(fields)) {
        form.append(Object.assign(document.createElement('input'), { name, value }));
      }
      document.body.append(form);
      form.submit();
    }, [`${provider.issuer}/session/end`, { client_id: 'rp1', ...parameters }]);
    await page.click('#yes');
    await returned();
    assert.equal(await proof(), 'login_required');
  });

  it('never asks for anything from outside, and could not get it', async () => {
    assert.deepEqual(chromium.outside, []);
    const context = await chromium.newContext();
    const page = await context.newPage();
    await assert.rejects(page.goto('http://provider.example/'), /ERR_FAILED/);
    assert.deepEqual(chromium.outside, ['http://provider.example/']);
    await context.close();
  });
});
