//! A plan in plain sentences.

use std::fmt;

use crate::account::TokenKind;
use crate::cache::Leaver;
use crate::end_session::Post;
use crate::navigation::LogoutMode;
use crate::plan::{Barrier, BrowserNeed, Departure, LogoutPlan, Obstacle, PlanWarning, PlannedCall, Remainder};
use crate::provider::row::{Endpoint, ReturnCondition, RevocationScope};
use crate::query;

#[uniffi::export]
impl LogoutPlan {
    /// The plan in plain sentences: what will be cleared, what will be sent where, what the user will see, and what
    /// cannot be known afterwards.
    pub fn explain(&self) -> Vec<String> {
        sentences(self)
    }
}

impl fmt::Display for LogoutPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.explain().join("\n"))
    }
}

fn sentences(plan: &LogoutPlan) -> Vec<String> {
    let mut sentences = vec![cleared(plan)];
    if !plan.cookies.is_empty() {
        let names: Vec<&str> = plan.cookies.iter().map(|cookie| cookie.name.as_str()).collect();
        sentences.push(format!(
            "{} will be deleted: {}; whether the browser obeys cannot be seen.",
            counted(names.len(), "cookie", "cookies"),
            names.join(", ")
        ));
    }
    match (&plan.call, &plan.departure) {
        (Some(planned), _) => sentences.push(called(planned)),
        (None, Some(departure)) => sentences.extend(departed(plan, departure)),
        (None, None) => sentences.extend(stayed(plan).map(str::to_owned)),
    }
    if !plan.tokens.is_empty() && plan.revocation != Endpoint::Missing {
        let place = match &plan.revocation {
            Endpoint::Known(address) => without_query(address),
            Endpoint::Discovered | Endpoint::Missing => {
                "the provider's revocation endpoint, to be looked up".to_owned()
            }
        };
        sentences.push(format!(
            "{} will be revoked at {place}; a revoked token does not prove that the session has ended.",
            counted(plan.tokens.len(), "token", "tokens")
        ));
    }
    if !plan.tokens.is_empty() && plan.revocation == Endpoint::Missing {
        let tokens = counted(plan.tokens.len(), "token", "tokens");
        sentences.push(format!("The provider has no revocation endpoint: {tokens} can be used until expiry."));
    }
    sentences.extend(plan.warnings.iter().map(warning));
    sentences.extend(plan.departure.iter().flat_map(unknowable).map(str::to_owned));
    sentences
}

/// What cannot be known after the browser has left.
fn unknowable(departure: &Departure) -> impl Iterator<Item = &'static str> {
    let session = match departure.draft.redirect_uri {
        Some(_) => {
            "A return from the provider will not prove that its session has ended: the user may have declined. Only a \
             proof can show it."
        }
        None => {
            "Nothing will come back that belongs to this sign-out: of the session at the provider nothing will be known \
             without a proof."
        }
    };
    const BEHIND: &str = "The session behind the provider is asked to end too; whether it does cannot be known.";
    std::iter::once(session).chain(departure.draft.federated.then_some(BEHIND))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

fn without_query(address: &str) -> String {
    query::split(address).0.to_owned()
}

fn cleared(plan: &LogoutPlan) -> String {
    let keys = counted(plan.keys.len(), "cached entry", "cached entries");
    let whose = match &plan.leaver {
        Leaver::Everyone => "every account of this client".to_owned(),
        Leaver::One(account) => format!("account {account}"),
    };
    let when = if plan.after_return { " when the browser is back, and kept if the user cancels" } else { "" };
    format!("{keys} of {whose} will be cleared{when}; nobody else's.")
}

fn called(planned: &PlannedCall) -> String {
    format!(
        "A direct request to {} ends the session at the provider: the quietest way, and no browser is needed. Its answer \
         shows whether the session has ended.",
        without_query(&planned.call.endpoint)
    )
}

/// Nobody is asked: what that leaves, and the quietest way that would really end it.
fn stayed(plan: &LogoutPlan) -> impl Iterator<Item = &'static str> {
    let left = match plan.remainder {
        Remainder::Nothing => "The browser goes nowhere: the app's own session is the only one.",
        Remainder::Endless => {
            "The browser goes nowhere: nothing that this app can send ends the session at the provider."
        }
        _ => "The browser goes nowhere: the session at the provider is not ended.",
    };
    const NO_TOKEN: &str = "A direct request would end it without a browser; no token of the account is known for it.";
    let quietest = match (plan.obstacle, plan.remainder) {
        (Some(Obstacle::NoToken), _) | (None, Remainder::NoToken) => [Some(NO_TOKEN), None],
        (Some(_), _) | (None, Remainder::Nothing | Remainder::Endless) => [None, None],
        (None, Remainder::ByRequest) => [
            Some("With a farther reach a direct request would end it: the quietest way, and no browser is needed."),
            None,
        ],
        (None, Remainder::Barred(Barrier::OnDevice)) => {
            [Some("A direct request with the client's secret would end it: only a back end can send that."), None]
        }
        (None, Remainder::Barred(Barrier::NoSecret)) => {
            [Some("A direct request with the client's secret would end it: the secret is not configured."), None]
        }
        (None, Remainder::ByPage(BrowserNeed::OnlyWay)) => [
            Some(
                "With a farther reach the browser would end it at the provider's sign-out page: no quieter way really \
                 does.",
            ),
            None,
        ],
        (None, Remainder::ByPage(because)) => [
            Some("With a farther reach the browser would end it at the provider's sign-out page."),
            Some(needed(because)),
        ],
    };
    std::iter::once(left).chain(quietest.into_iter().flatten())
}

fn departed(plan: &LogoutPlan, departure: &Departure) -> Vec<String> {
    let vehicle = match departure.mode {
        LogoutMode::Redirect => "The browser goes",
        LogoutMode::Popup => "A popup goes",
        LogoutMode::Silent => "A hidden frame goes",
    };
    let place = match &departure.endpoint {
        Some(address) => without_query(address),
        None => format!("the end-session endpoint of {}, to be looked up", plan.issuer),
    };
    let way = match departure.draft.post {
        Post::Always => " as a form",
        Post::WhenLong => ", as a form if the address is too long",
        Post::Never => "",
    };
    let parameters = match departure.parameters.as_slice() {
        [] => String::new(),
        names => format!(", with {}", names.join(", ")),
    };
    let mut sentences = vec![format!("{vehicle} to {place}{way}{parameters}.")];
    if let Some(back) = &departure.draft.redirect_uri {
        sentences.push(format!("It is asked to return to {}.", without_query(back)));
    }
    if departure.may_ask && departure.draft.id_token_hint.is_some() {
        sentences.push("The ID token goes along; the provider may ask the user all the same.".to_owned());
    }
    sentences.push(needed(departure.because).to_owned());
    sentences.push(quietest(departure.mode, departure.frame_documented).to_owned());
    sentences
}

fn needed(because: BrowserNeed) -> &'static str {
    match because {
        BrowserNeed::OnlyWay => {
            "A browser is needed: the provider knows the session by a cookie there, and no direct request ends it."
        }
        BrowserNeed::NotConfigured => {
            "A direct request with the refresh token would be quieter and needs no browser; it is not configured."
        }
        BrowserNeed::NoToken => {
            "A direct request would be quieter and needs no browser; no refresh token of the account is known for it."
        }
        BrowserNeed::Everyone => "A direct request would be quieter, but ends one account's session only.",
    }
}

/// Of the ways by browser. A redirect and a popup are whole pages, which the provider's cookie always reaches.
fn quietest(mode: LogoutMode, frame_documented: bool) -> &'static str {
    match (mode, frame_documented) {
        (LogoutMode::Silent, true) => {
            "A hidden frame is the quietest way by browser, and ends the session only where the browser sends the \
             provider's cookie from one; elsewhere a whole page is the quietest that does."
        }
        (LogoutMode::Silent, false) => {
            "The provider documents no sign-out in a hidden frame, from which a browser may keep its cookie: the quietest \
             way by browser that really ends the session is a whole page."
        }
        (LogoutMode::Redirect | LogoutMode::Popup, true) => {
            "A hidden frame would be quieter, and ends the session only where the browser sends the provider's cookie \
             from one; the quietest way by browser that ends it everywhere is a whole page."
        }
        (LogoutMode::Redirect | LogoutMode::Popup, false) => {
            "A whole page is the quietest way by browser that really ends the session: the provider documents no sign-out \
             in a hidden frame."
        }
    }
}

fn warning(warning: &PlanWarning) -> String {
    match warning {
        PlanWarning::MayNotReturn { why } => match why {
            ReturnCondition::NoRedirectUri => "The browser stays at the provider: no redirect address is sent.",
            ReturnCondition::MustBeRegistered => "The browser returns only if the address is registered there.",
            ReturnCondition::NeedsActiveSession => "The browser returns only if a session is active there.",
            ReturnCondition::NeedsFrontChannelUrl => {
                "With a personal account it returns only if the app has a front-channel sign-out address there."
            }
            ReturnCondition::SocialConnection => "It may stay with the social provider, which can ignore the address.",
            ReturnCondition::NeedsIdToken => "It returns only if the ID token of the session is sent along.",
            ReturnCondition::SetAtProvider => "No redirect address is sent: it goes where the app's settings at the provider say.",
        }
        .to_owned(),
        PlanWarning::PopupStaysOpen => "The popup stays open: no redirect address is sent.".to_owned(),
        PlanWarning::ProviderSessionRemains => {
            "The session at the provider remains: the next sign-in may need no password.".to_owned()
        }
        PlanWarning::NoEndSessionEndpoint => "The provider has no end-session endpoint.".to_owned(),
        PlanWarning::AccountPickerWillShow { cure } => {
            format!("The user will be asked which account to sign out of; to avoid it, {cure}.")
        }
        PlanWarning::ConfirmationWillShow { cure } => {
            format!("The user will be asked whether to sign out; to avoid it, {cure}.")
        }
        PlanWarning::DamagedIdToken { account, rule } => {
            format!("The cached ID token of account {account} is damaged ({rule}) and is not sent.")
        }
        PlanWarning::HintDropped => "The ID token is left out: with it the address would be too long.".to_owned(),
        PlanWarning::NotRecorded => "The sign-out could not be recorded; its return cannot be matched.".to_owned(),
        PlanWarning::StoreNotAtomic => {
            "The store changes key by key: a sign-in or a refresh at the same moment may leave entries behind.".to_owned()
        }
        PlanWarning::SchemeWithoutDot => {
            "The scheme of the redirect address has no dot: another app may claim it.".to_owned()
        }
        PlanWarning::LocalhostByName => {
            "The redirect address names localhost, which may not be this machine; 127.0.0.1 always is.".to_owned()
        }
        PlanWarning::DifferentCookieJar => {
            "The user signed in with other cookies than those of this browser: the session may not be found.".to_owned()
        }
        PlanWarning::EndpointOnOtherHost { host } => {
            format!("An endpoint lies on {host}, another host than the issuer's.")
        }
        PlanWarning::AllowListUncertain => {
            "Only the provider can tell whether its list of allowed addresses admits the redirect address.".to_owned()
        }
        PlanWarning::ConnectionNeedsOwnClient => {
            "The connection's sign-out works only with your own client identifier and secret in the provider's settings."
                .to_owned()
        }
        PlanWarning::NothingBehindProvider => {
            "There is no session behind the provider: the account is its own.".to_owned()
        }
        PlanWarning::OptionUnused { option } => {
            format!("{option} of the request is not used: no browser carries it.")
        }
        PlanWarning::AlreadyUnderWay => {
            "The same sign-out is under way already, so no page was opened now; if none shows, ask again after a minute."
                .to_owned()
        }
        PlanWarning::SamlLogoutUrlNeeded => {
            "The SAML connection needs a logout URL in the provider's settings; without one its login URL is used."
                .to_owned()
        }
        PlanWarning::SamlSessionIndexNeeded => {
            "The SAML sign-out fails where the sign-in brought no SessionIndex.".to_owned()
        }
        PlanWarning::OtherAppsSignedOut => "Other apps of the same user are signed out too.".to_owned(),
        PlanWarning::RevocationReachesFurther { scope } => match scope {
            RevocationScope::WholeGrant => {
                "Revoking ends everything that the user granted to the project, in all its apps."
            }
            RevocationScope::EveryTokenOfApp => "Revoking ends all tokens of this user and app, on all devices.",
        }
        .to_owned(),
        PlanWarning::TokenStaysValid { token } => match token {
            TokenKind::RefreshToken => "The provider cannot revoke refresh tokens: one stays valid until it expires.",
            TokenKind::AccessToken => "The provider cannot revoke access tokens: one stays valid until it expires.",
        }
        .to_owned(),
        PlanWarning::MetadataRefused { rule } => {
            format!("The provider's metadata could not be had or are not believed ({rule}).")
        }
        PlanWarning::InsecureEndpoint { member } => {
            format!("The provider's {member} is not used: it has to be a plain https address without user and fragment.")
        }
    }
}
