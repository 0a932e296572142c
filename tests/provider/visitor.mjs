// A browser without a screen: one person's cookies, the pages of one provider,
// and the requests a relying party makes behind that person's back.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';

function unescape(text) {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

// Node does not resolve the names under .localhost by itself.
function lookup(_name, options, done) {
  if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
  else done(null, '127.0.0.1', 4);
}

function request(url, { method, headers, body, ca }) {
  return new Promise((resolve, reject) => {
    const { request: send } = url.protocol === 'https:' ? https : http;
    send(url, { method, headers, ca, lookup, agent: false }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      const location = response.headers.location && new URL(response.headers.location, url).href;
      resolve({ url, status: response.statusCode, headers: response.headers, location, text });
    }).on('error', reject).end(body);
  });
}

export class Visitor {
  #cookies = new Map();

  constructor(provider, rp = 'http://localhost:4401') {
    this.provider = provider;
    this.rp = rp;
    this.ca = provider.certificate ? readFileSync(provider.certificate) : undefined;
  }

  /** An address of the provider with these parameters. */
  address(path, parameters = {}) {
    const url = new URL(path, this.provider.issuer);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url;
  }

  async send(method, url, { form, headers = {} } = {}) {
    const body = form && new URLSearchParams(form).toString();
    const response = await request(new URL(url), {
      method,
      body,
      ca: this.ca,
      headers: {
        accept: 'text/html',
        cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; '),
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
    });
    for (const cookie of response.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (value) this.#cookies.set(name, value);
      else this.#cookies.delete(name);
    }
    return response;
  }

  /** Goes there, and on through the provider's redirects until they leave it. */
  async visit(url, { method = 'GET', form } = {}) {
    const response = await this.send(method, url, { form });
    const inside = response.location && new URL(response.location).origin === this.provider.issuer;
    return inside ? this.visit(response.location) : response;
  }

  /** Submits the only form of the page, with these fields besides its own. */
  submit(page, fields = {}) {
    const [form] = /<form[^]*<\/form>/.exec(page.text);
    const action = unescape(/^<form[^>]*\baction="([^"]*)"/.exec(form)?.[1] ?? page.url.href);
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const own = Object.fromEntries(hidden.map(([, name, value]) => [name, unescape(value)]));
    return this.visit(new URL(action, page.url), { method: 'POST', form: { ...own, ...fields } });
  }

  authorize(parameters = {}) {
    return this.visit(this.address('/auth', {
      client_id: 'rp1', response_type: 'code', redirect_uri: `${this.rp}/callback`, scope: 'openid', ...parameters,
    }));
  }

  /** Signs in as the relying party's user; the answer holds the tokens. */
  async signIn(login, parameters = {}) {
    const page = await this.authorize(parameters);
    const returned = page.location ? page : await this.submit(page, { login, password: 'correct horse' });
    return this.redeem(new URL(returned.location));
  }

  redeem(returned) {
    return this.back('/token', {
      grant_type: 'authorization_code',
      code: returned.searchParams.get('code'),
      redirect_uri: returned.href.split('?')[0],
    });
  }

  /** A request of the relying party's own to the provider. */
  async back(path, form, authorization = this.credentials()) {
    const headers = { accept: 'application/json', ...(authorization && { authorization }) };
    const { status, text } = await this.send('POST', this.address(path), { form, headers });
    return { status, ...(text && JSON.parse(text)) };
  }

  credentials(secret = this.provider.client_secret) {
    const pair = [this.provider.client_id, secret].map(encodeURIComponent).join(':');
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  }

  async isActive(token) {
    return (await this.back('/token/introspection', { token })).active;
  }

  /** What the provider says when asked, without any page, who is signed in. */
  async proof() {
    const { location } = await this.authorize({ prompt: 'none', redirect_uri: `${this.rp}/proof` });
    const answer = new URL(location).searchParams;
    return answer.get('error') ?? 'signed in';
  }

  /** Opens the end-session address as the relying party would ask for it. */
  leave(parameters, method = 'GET') {
    const all = { client_id: 'rp1', post_logout_redirect_uri: `${this.rp}/logged-out`, ...parameters };
    return method === 'GET'
      ? this.visit(this.address('/session/end', all))
      : this.visit(this.address('/session/end'), { method, form: all });
  }
}
