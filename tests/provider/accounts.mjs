// The two people who can sign in.

const accounts = new Map([
  ['alice', { sub: 'alice', name: 'Alice', login_hint: 'hint-alice' }],
  ['bob', { sub: 'bob', name: 'Bob', login_hint: 'hint-bob' }],
]);

const PASSWORD = 'correct horse';

/** The subject of the account, or undefined if the pair is wrong. */
export function authenticate(login, password) {
  return password === PASSWORD ? accounts.get(login)?.sub : undefined;
}

export function nameOf(sub) {
  return accounts.get(sub)?.name;
}

/** The account in the form the provider's library asks for. */
export function findAccount(_ctx, sub) {
  const claims = accounts.get(sub);
  return claims && { accountId: sub, claims: () => claims };
}
