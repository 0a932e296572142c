//! Amplify and amazon-cognito-identity-js: `CognitoIdentityServiceProvider.{client}.{user}.{entry}`. A user name may
//! hold dots, a client's identifier and an entry's name hold none. Names are compared as they are.

use super::{Cached, Clearing, Leaver, Selector, Values};
use crate::account::{Token, TokenKind};

const PREFIX: &str = "CognitoIdentityServiceProvider.";
const ID_TOKEN: &str = "idToken";
const TOKENS: [(&str, TokenKind); 2] =
    [("refreshToken", TokenKind::RefreshToken), ("accessToken", TokenKind::AccessToken)];
/// What else belongs to a session. `deviceKey`, `deviceGroupKey` and `randomPasswordKey` are the device's and stay.
const OF_USER: [&str; 5] = ["clockDrift", "userData", "signInDetails", "oauthMetadata", "oidcProvider"];
const LAST_USER: &str = "LastAuthUser";
/// Says that the user came through the hosted pages.
const HOSTED: &str = "oauthSignIn";
/// What the hosted pages leave behind; without `HOSTED` it is a sign-in that has not come back.
const OF_HOSTED: [&str; 5] = [HOSTED, "inflightOAuth", "inflightOAuthDeadline", "oauthPKCE", "oauthState"];
/// The same of the library's version 5, which named no client.
const OLD_HOSTED: &str = "amplify-signin-with-hostedUI";

/// What a key names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name<'a> {
    OfUser {
        user: &'a str,
        entry: &'a str,
    },
    /// Of the client: the last user, or the hosted pages.
    OfClient(&'a str),
}

fn name<'a>(selector: &Selector<'_>, key: &'a str) -> Option<Name<'a>> {
    if key == OLD_HOSTED {
        return Some(Name::OfClient(OLD_HOSTED));
    }
    let rest = key.strip_prefix(PREFIX)?.strip_prefix(selector.client_id)?.strip_prefix('.')?;
    match rest.rsplit_once('.') {
        Some((user, entry)) => {
            let known = entry == ID_TOKEN || OF_USER.contains(&entry) || TOKENS.iter().any(|(name, _)| *name == entry);
            (known && !user.is_empty()).then_some(Name::OfUser { user, entry })
        }
        None => (rest == LAST_USER || OF_HOSTED.contains(&rest)).then_some(Name::OfClient(rest)),
    }
}

fn leaves(selector: &Selector<'_>, user: &str) -> bool {
    match selector.leaver {
        Leaver::One(account) => account == user,
        Leaver::Everyone => true,
    }
}

pub(super) fn wanted(selector: &Selector<'_>, keys: &[String]) -> Vec<String> {
    let needed = |key: &&String| match name(selector, key) {
        Some(Name::OfUser { user, entry }) => leaves(selector, user) && !OF_USER.contains(&entry),
        Some(Name::OfClient(entry)) => entry == LAST_USER,
        None => false,
    };
    keys.iter().filter(needed).cloned().collect()
}

pub(super) fn resolve(selector: &Selector<'_>, keys: &[String], values: &Values) -> Clearing {
    let named: Vec<(&String, Name<'_>)> = keys.iter().filter_map(|key| Some((key, name(selector, key)?))).collect();
    let is_last = |(key, name): &(&String, Name<'_>)| {
        let last = values.get(*key).is_some_and(|user| leaves(selector, user.reveal()));
        *name == Name::OfClient(LAST_USER) && (last || *selector.leaver == Leaver::Everyone)
    };
    // The hosted pages keep one session, that of the last user.
    let last_leaves = *selector.leaver == Leaver::Everyone || named.iter().any(is_last);
    let hosted = last_leaves && named.iter().any(|(_, name)| *name == Name::OfClient(HOSTED));
    let mut clearing = Clearing::default();
    for one in &named {
        let (key, name) = one;
        let goes = match name {
            Name::OfUser { user, .. } => leaves(selector, user),
            Name::OfClient(LAST_USER) => is_last(one),
            Name::OfClient(_) => hosted,
        };
        if !goes {
            continue;
        }
        clearing.remove.push((*key).clone());
        if let Name::OfUser { user, entry } = name {
            hold(&mut clearing.cached, user, entry, key, values);
        }
    }
    clearing
}

fn hold(accounts: &mut Vec<Cached>, user: &str, entry: &str, key: &str, values: &Values) {
    let at = accounts.iter().position(|known| known.account == user).unwrap_or_else(|| {
        accounts.push(Cached { account: user.to_owned(), ..Cached::default() });
        accounts.len() - 1
    });
    let (Some(known), Some(value)) = (accounts.get_mut(at), values.get(key)) else { return };
    if entry == ID_TOKEN {
        known.id_token = Some(value.clone());
    }
    if let Some((_, kind)) = TOKENS.iter().find(|(name, _)| *name == entry) {
        known.tokens.push(Token { kind: *kind, value: value.clone() });
    }
}
