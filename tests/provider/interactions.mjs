// The steps at which the provider turns to the user: signing in, and consent.

import { errors } from 'oidc-provider';

import { authenticate } from './accounts.mjs';
import { errorPage, signInPage } from './pages.mjs';

async function readForm(request) {
  const chunks = await request.toArray();
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

async function signIn(ctx) {
  if (ctx.method !== 'POST') return signInPage(ctx);
  const form = await readForm(ctx.req);
  const accountId = authenticate(form.get('login'), form.get('password'));
  if (!accountId) return signInPage(ctx, { login: form.get('login'), failed: true });
  return { login: { accountId } };
}

// Both clients belong to the house, so nobody is asked. The grant is made only
// here, where the user is present: a silent request (prompt=none) never gets
// this far and is refused with consent_required once the grant is gone.
async function consent(provider, { grantId, session, params, prompt: { details } }) {
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (details.missingOIDCScope) grant.addOIDCScope(details.missingOIDCScope.join(' '));
  if (details.missingOIDCClaims) grant.addOIDCClaims(details.missingOIDCClaims);
  return { consent: { grantId: await grant.save() } };
}

export function interactions(provider) {
  return async function interact(ctx, next) {
    if (!ctx.path.startsWith('/interaction/')) return next();
    try {
      const interaction = await provider.interactionDetails(ctx.req, ctx.res);
      const isSignIn = interaction.prompt.name === 'login';
      const result = isSignIn ? await signIn(ctx) : await consent(provider, interaction);
      if (!result) return undefined;
      const options = { mergeWithLastSubmission: !isSignIn };
      ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, options));
      ctx.status = 303;
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error;
      ctx.status = error.statusCode;
      errorPage(ctx, { error: error.error, error_description: error.error_description });
    }
    return undefined;
  };
}
