// The pages people see. Nothing on them comes from elsewhere.

import { nameOf } from './accounts.mjs';

const style = `
  :root { color-scheme: light dark; --accent: light-dark(#1f5f4b, #8fd6bd); }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center;
    font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#f2f4f1, #151917); }
  main { box-sizing: border-box; width: min(24rem, 92vw); padding: 2rem; border-radius: 0.75rem;
    background: light-dark(#fff, #1f2522); box-shadow: 0 1px 4px #0003; }
  h1 { margin: 0 0 0.5rem; font-size: 1.4rem; }
  p { margin: 0 0 1rem; overflow-wrap: anywhere; }
  label { display: block; margin-bottom: 1rem; }
  input { box-sizing: border-box; width: 100%; margin-top: 0.25rem; padding: 0.5rem; font: inherit; }
  button { width: 100%; margin-top: 0.5rem; padding: 0.6rem; font: inherit; cursor: pointer;
    border: 1px solid var(--accent); border-radius: 0.4rem; background: none; color: var(--accent); }
  button.first { background: var(--accent); color: light-dark(#fff, #10201a); }
  [role=alert] { color: light-dark(#a3261b, #ff9a90); }
`;

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(text) {
  return String(text ?? '').replace(/[&<>"']/g, (character) => entities[character]);
}

function page(ctx, title, body) {
  ctx.type = 'html';
  ctx.set('cache-control', 'no-store');
  ctx.set('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'");
  ctx.body = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escape(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

export function signInPage(ctx, { login = '', failed = false } = {}) {
  if (failed) ctx.status = 401;
  page(ctx, 'Sign in', `
${failed ? '<p role="alert">That name and password do not belong together.</p>' : ''}
<form method="post">
<label>Name <input name="login" value="${escape(login)}" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button class="first" id="sign-in">Sign in</button>
</form>`);
}

// The form is the provider's own (its id is op.logoutForm); the buttons belong
// to it by name. Yes sends logout=yes, No sends the form without it.
export function signOutPage(ctx, form, confirm) {
  const { session, client } = ctx.oidc;
  const asker = client ? ` <strong>${escape(client.clientName)}</strong> asks for it.` : '';
  page(ctx, 'Sign out?', `
<p>You are signed in as <strong>${escape(nameOf(session.accountId))}</strong>.${asker}</p>
${form}
<button class="first" id="yes" form="op.logoutForm" name="logout" value="yes" autofocus>Yes, sign me out</button>
<button id="no" form="op.logoutForm">No, stay signed in</button>
${confirm === 'never' ? "<script>document.getElementById('yes').click()</script>" : ''}`);
}

export function goodbyePage(ctx) {
  page(ctx, 'Done', '<p id="done">You can close this page.</p>');
}

export function errorPage(ctx, { error, error_description: description }) {
  page(ctx, 'Something went wrong', `
<p><code id="error">${escape(error)}</code></p>
<p id="error-description">${escape(description)}</p>`);
}
