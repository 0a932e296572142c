//! Plans sign-outs, and performs them only through its host.
//!
//! Three sessions stand one behind the other: the application's, the identity provider's, and the one of a provider
//! behind that. exeunt ends the first, asks for the end of the others, and says of each what is known and how.
//!
//! ```text
//! EndSessionRequest ─┐
//! provider row ──────┼─► plan ─► LogoutPlan ─► run ─► LogoutOutcome ─► the browser is out
//! cached keys ───────┘                          │ SessionStore, HttpTransport, Navigator
//!                        the browser is back ─► complete ─► Completion
//! ```
//!
//! A client is made once, from a configuration and the host's store:
//!
//! ```
//! use std::sync::Arc;
//! use exeunt::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let provider = Provider::oidc("https://op.example.com", Endpoints { end_session: Some("https://op.example.com/logout".into()), ..Endpoints::default() });
//! let layout = CacheLayout::Prefix { prefix: "session".into(), separator: ":".into() };
//! let mut config = ClientConfig::new("my-app", provider, Home::Device, layout);
//! config.post_logout_redirect_uri = Some(Redirect::Uri { uri: "https://app.example.com/bye".into() });
//! config.revoke_tokens = Some(false);
//! let store = Arc::new(MemoryStore::new());
//! # let alice = Entry { key: "session:alice:cart".into(), value: Secret::from("3 apples"), protect: true };
//! # store.commit(Change { write: vec![alice], ..Change::default() })?;
//! let client = LogoutClient::new(config, store, None, None, Vec::new())?;
//!
//! // Nothing happens yet: a plan is read before it is run.
//! let account = Account::new("alice");
//! let plan = client.plan(&EndSessionRequest::new(Who::This { account }))?;
//! assert_eq!(plan.explain()[0], "1 cached entry of account alice will be cleared; nobody else's.");
//!
//! // The local session has ended: the keys were listed again. The browser has still to go.
//! let outcome = client.run(&plan)?;
//! assert_eq!(outcome.application, SessionStatus::Ended { evidence: Evidence::ReadBack });
//! assert_eq!(outcome.provider, SessionStatus::Pending);
//! let next = outcome.next.ok_or("somewhere to go")?;
//!
//! // What comes back with the right state proves that it came back, and nothing more.
//! # let url = url::Url::parse(next.url.reveal())?;
//! # let state = url.query_pairs().find(|(name, _)| name == "state").ok_or("state")?.1.into_owned();
//! let returned = Secret::from(format!("https://app.example.com/bye?state={state}"));
//! let Completion::Matched { outcome } = client.complete(&returned, None)? else { panic!("ours") };
//! assert_eq!(outcome.provider, SessionStatus::Unconfirmed { because: Doubt::ReturnedWithState });
//! # Ok(())
//! # }
//! ```
//!
//! `LogoutClient::proof` then asks the provider whether anybody is still signed in.

mod account;
mod admission;
mod asked;
mod cache;
mod client;
mod config;
mod connection;
mod cookie;
mod direct_call;
mod discovery;
mod end_session;
mod error;
mod explain;
mod front_channel;
mod guard;
mod host;
mod id_token;
mod json;
mod keys;
mod leaving;
mod memory_store;
mod navigation;
mod outcome;
mod pending;
mod plan;
mod planning;
mod provider;
mod provider_words;
mod query;
mod redirect_uri;
mod registration;
mod reply;
mod request;
mod revocation;
mod secret;
mod transport;
mod unfinished;

pub use account::{Account, Token, TokenKind};
pub use client::{LogoutClient, StoreFault, check_session_store};
pub use config::{BrowserMode, CacheLayout, ClientAuthentication, ClientConfig, Home};
pub use connection::Connection;
pub use cookie::{Cookie, SameSite};
pub use error::LogoutError;
pub use guard::{Lease, LoginAdvice, Saved};
pub use host::{
    Change, Commit, Done, Entry, Guarantee, Header, HostError, HttpAnswer, HttpCall, HttpMethod, HttpTransport,
    LogoutEvent, LogoutEventKind, LogoutListener, Navigated, Navigator, Requirement, SessionStore,
};
pub use id_token::{Hints, read_id_token_unverified};
pub use memory_store::MemoryStore;
pub use navigation::{LogoutMode, Navigation, NavigationMethod, Parameter, PopupWindow};
pub use outcome::{
    AccountStatus, CancelReason, Completion, Doubt, Evidence, Failure, Kept, KeptFor, LogoutOutcome, NotOursReason,
    PendingLogout, Resumed, Revocation, RevocationStatus, SessionStatus, UpstreamStatus,
};
pub use plan::{LogoutPlan, LogoutStep, PlanWarning};
pub use provider::row::{ReturnCondition, RevocationScope};
pub use provider::{Auth0Endpoint, Endpoints, ParameterNames, Provider};
pub use registration::ClientRegistration;
pub use reply::{Reply, ticket_in_cookies};
pub use request::{EndSessionRequest, OnCancel, Reach, Redirect, Who};
pub use secret::Secret;
pub use transport::built_in as built_in_transport;

uniffi::setup_scaffolding!();
uniffi::custom_type!(Secret, String, {
    lower: |secret| secret.into_inner(),
    try_lift: |text| Ok(Secret::from(text)),
});

/// The README's lines in Rust are run as they stand.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
