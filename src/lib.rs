//! Plans sign-outs, and performs them only through its host.

mod account;
mod cache;
mod client;
mod config;
mod discovery;
mod end_session;
mod error;
mod explain;
mod host;
mod id_token;
mod json;
mod navigation;
mod outcome;
mod pending;
mod plan;
mod planning;
mod provider;
mod query;
mod redirect_uri;
mod reply;
mod request;
mod revocation;
mod secret;
mod transport;

pub use account::{Account, Token, TokenKind};
pub use client::LogoutClient;
pub use config::{BrowserMode, CacheLayout, ClientAuthentication, ClientConfig, Home};
pub use error::LogoutError;
pub use host::{
    Change, Commit, Done, Entry, Guarantee, Header, HostError, HttpAnswer, HttpCall, HttpMethod, HttpTransport,
    LogoutEvent, LogoutEventKind, LogoutListener, Navigated, Navigator, Requirement, SessionStore,
};
pub use id_token::{Hints, read_id_token_unverified};
pub use navigation::{LogoutMode, Navigation, NavigationMethod, Parameter, PopupWindow};
pub use outcome::{
    AccountStatus, CancelReason, Completion, Doubt, Evidence, Failure, LogoutOutcome, NotOursReason, PendingLogout,
    Revocation, RevocationStatus, SessionStatus, UpstreamStatus,
};
pub use plan::{LogoutPlan, LogoutStep, PlanWarning};
pub use provider::row::ReturnCondition;
pub use provider::{Endpoints, Provider};
pub use reply::{Reply, ticket_in_cookies};
pub use request::{EndSessionRequest, Reach, Redirect, Who};
pub use secret::Secret;

uniffi::setup_scaffolding!();
uniffi::custom_type!(Secret, String, {
    lower: |secret| secret.into_inner(),
    try_lift: |text| Ok(Secret::from(text)),
});
