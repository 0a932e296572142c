// The provider's settings: who the clients are and which features are on.

import { randomBytes } from 'node:crypto';

import { findAccount } from './accounts.mjs';
import { errorPage, goodbyePage, signOutPage } from './pages.mjs';
import { Store } from './store.mjs';

const DAY = 24 * 60 * 60;

function clients({ rp, clientSecret, backchannel }) {
  return [
    {
      client_id: 'rp1',
      client_name: 'Relying party',
      client_secret: clientSecret,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [`${rp}/callback`, `${rp}/proof`],
      post_logout_redirect_uris: [`${rp}/logged-out`, `${rp}/logged-out?tenant=a`],
      // Without these two there is no sid in the ID token.
      backchannel_logout_uri: backchannel,
      backchannel_logout_session_required: true,
    },
    {
      client_id: 'native1',
      client_name: 'Native application',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      // For native clients any port of a loopback address matches.
      redirect_uris: ['com.example.app:/callback', 'http://127.0.0.1/callback'],
      post_logout_redirect_uris: ['com.example.app:/logout', 'http://127.0.0.1/logged-out'],
    },
  ];
}

export function configuration(settings) {
  const { rp, port, tls, confirm, key } = settings;
  return {
    adapter: Store,
    jwks: { keys: [key] },
    clients: clients(settings),
    findAccount,

    // login_hint is put into the ID token itself, as some providers do.
    claims: { openid: ['sub', 'login_hint'], profile: ['name'] },
    conformIdTokenClaims: false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),

    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      backchannelLogout: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      // The confidential client may look at every token, so that a test can
      // also ask whether a token of the native client is still good.
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => client.clientId === 'rp1' || token.clientId === client.clientId,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => signOutPage(ctx, form, confirm),
        postLogoutSuccessSource: goodbyePage,
      },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: errorPage,

    // Cookies are shared by all ports of a host: the port in the name keeps
    // this provider apart from the relying party and from other providers.
    cookies: {
      keys: [randomBytes(24).toString('base64url')],
      names: { session: `op${port}_session`, interaction: `op${port}_interaction`, resume: `op${port}_resume` },
      long: { httpOnly: true, sameSite: tls ? 'none' : 'lax' },
    },
    // POST from another site needs a SameSite=None cookie, which needs TLS.
    enableHttpPostMethods: tls,

    // The library's requests refuse loopback addresses; ours go nowhere else.
    fetch: (url, { dispatcher, ...init }) => globalThis.fetch(url, init),
    clientBasedCORS: (_ctx, origin) => origin === new URL(rp).origin,

    ttl: {
      AccessToken: 3600,
      AuthorizationCode: 60,
      Grant: DAY,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: DAY,
      Session: DAY,
    },
  };
}
