//! The runner: the only room that calls the host, draws random numbers and reads the clock.

mod clear;
mod complete;
mod departure;
mod discover;
mod entropy;
mod guards;
mod journal;
mod others;
mod proof;
mod records;
mod requests;
mod resume;
mod run;
mod sign_out;
mod signed_in;
mod stateless;
mod store;
mod store_check;

pub use store_check::{StoreFault, check_session_store};

use std::borrow::Cow;
use std::sync::Arc;

use self::discover::Heard;
use crate::account::Account;
use crate::asked;
use crate::cache::{Leaver, Selector, account_name};
use crate::config::{ClientConfig, Home};
use crate::cookie::Cookie;
use crate::error::LogoutError;
use crate::host::{HttpTransport, LogoutEvent, LogoutEventKind, LogoutListener, Navigator, SessionStore};
use crate::keys::Keys;
use crate::outcome::{CancelReason, Completion, LogoutOutcome, PendingLogout, SessionStatus};
use crate::pending::Record;
use crate::plan::LogoutPlan;
use crate::planning;
use crate::provider::row::{Endpoint, Row};
use crate::redirect_uri::Policy;
use crate::registration::ClientRegistration;
use crate::request::{EndSessionRequest, Who};
use crate::secret::Secret;

/// Signs users out. Made once, from a configuration and the host's callbacks; safe to share between threads. Whatever is
/// called also lets go of secrets that earlier sign-outs have kept for too long: on a server, those of the same session.
#[derive(uniffi::Object)]
pub struct LogoutClient {
    config: Arc<ClientConfig>,
    row: Row,
    registered: Vec<String>,
    keys: Keys,
    store: Arc<dyn SessionStore>,
    navigator: Option<Arc<dyn Navigator>>,
    transport: Option<Arc<dyn HttpTransport>>,
    listeners: Vec<Arc<dyn LogoutListener>>,
    heard: Heard,
}

#[uniffi::export]
impl LogoutClient {
    /// Makes a client. Without a navigator the outcome says where the browser has to go; without a transport the
    /// built-in one is used.
    ///
    /// Fails with `Configuration` for what cannot work: nothing is looked up or contacted here.
    #[uniffi::constructor(default(navigator), default(transport), default(listeners))]
    pub fn new(
        config: ClientConfig,
        store: Arc<dyn SessionStore>,
        navigator: Option<Arc<dyn Navigator>>,
        transport: Option<Arc<dyn HttpTransport>>,
        listeners: Vec<Arc<dyn LogoutListener>>,
    ) -> Result<Self, LogoutError> {
        let mut row = config.provider.row(&config.client_id)?;
        config.check(&row)?;
        row.cookies = session_cookies(&config, row.cookies);
        if row.public_addresses_only && transport.is_some() {
            return Err(LogoutError::configuration(
                "ATT-82",
                "a dynamic issuer needs the built-in transport: a platform's client hides the resolved address",
            ));
        }
        let transport = transport.or_else(crate::transport::built_in);
        let asks = |endpoint: &Endpoint| *endpoint == Endpoint::Discovered;
        let revokes = config.revoke_tokens.unwrap_or(row.revocations.by_default);
        let sends =
            row.direct.as_ref().is_some_and(|direct| direct.enabled) || row.revocation != Endpoint::Missing && revokes;
        if transport.is_none() && (asks(&row.end_session) || sends) {
            return Err(LogoutError::configuration(
                "HOST-01",
                "this build has no HTTP of its own (feature http); give a transport",
            ));
        }
        let registered = config.registered();
        let keys = Keys::new(&config, &row.issuer);
        Ok(Self {
            config: Arc::new(config),
            row,
            registered,
            keys,
            store,
            navigator,
            transport,
            listeners,
            heard: Heard::default(),
        })
    }

    /// What a sign-out would do, before any of it happens.
    ///
    /// Fails for a request that cannot be carried out, and for a store that does not answer. Touches: store.
    pub fn plan(&self, request: &EndSessionRequest) -> Result<Arc<LogoutPlan>, LogoutError> {
        let plan = self.planned(request)?;
        self.sweep(&plan.leaver);
        Ok(plan)
    }

    /// Plans and runs. Succeeds when the local session is dealt with, whatever the provider does.
    ///
    /// Fails only before the first effect; then nothing was cleared. Touches: store, network, navigator, listeners.
    pub fn sign_out(&self, request: &EndSessionRequest) -> Result<LogoutOutcome, LogoutError> {
        self.run(&*self.planned(request)?)
    }

    /// Carries out a plan of this client. The keys are looked up again, so that nothing newer is missed.
    ///
    /// Fails only before the first effect; then nothing was cleared. Touches: store, network, navigator, listeners.
    pub fn run(&self, plan: &LogoutPlan) -> Result<LogoutOutcome, LogoutError> {
        self.walk(plan)
    }

    /// Reads the address that the browser came back to. On a server the ticket of this browser is needed
    /// (`ticket_in_cookies`).
    ///
    /// What is not ours is an answer, not an error. Fails when the store does not answer. Touches: store, navigator,
    /// listeners.
    #[uniffi::method(default(ticket))]
    pub fn complete(&self, url: &Secret, ticket: Option<Secret>) -> Result<Completion, LogoutError> {
        let completion = self.read_return(url, ticket.as_ref());
        self.sweep_beside(match &completion {
            Ok(Completion::Matched { outcome } | Completion::AlreadyHandled { outcome }) => Some(&outcome.id),
            Ok(Completion::NotOurs { .. }) | Err(_) => None,
        });
        completion
    }

    /// Says that the browser will not come back. A return that comes all the same is still read.
    ///
    /// Fails for an unknown identifier, and when the store does not answer. Touches: store, navigator, listeners.
    pub fn cancel(&self, id: &str, reason: CancelReason) -> Result<LogoutOutcome, LogoutError> {
        let outcome = self.give_up(id, reason);
        self.sweep_beside(Some(id));
        outcome
    }

    /// What is known of a sign-out now. Remembered for 30 days.
    ///
    /// Fails for an unknown identifier, and when the store does not answer. Touches: store.
    pub fn outcome(&self, id: &str) -> Result<LogoutOutcome, LogoutError> {
        let record = self.recorded(id);
        self.sweep_beside(Some(id));
        Ok(self.known(&record?))
    }

    /// A navigation that asks the provider whether anybody is still signed in in this browser (`prompt=none`). Open it
    /// as a whole page; `complete` reads the answer.
    ///
    /// Fails for an unknown identifier, without a configured `redirect_uri`, and when the provider's addresses are not
    /// known. Touches: store, network.
    pub fn proof(&self, id: &str) -> Result<crate::navigation::Navigation, LogoutError> {
        let navigation = self.ask_for_proof(id);
        self.sweep_beside(Some(id));
        navigation
    }

    /// The sign-outs whose browser has not come back. On a server the account must be named.
    ///
    /// Fails when the store does not answer. Touches: store.
    #[uniffi::method(default(account))]
    pub fn pending(&self, account: Option<String>) -> Result<Vec<PendingLogout>, LogoutError> {
        let leaver = match account {
            Some(account) => Leaver::One(self.name_of(&account)),
            None if self.config.home == Home::Server => {
                return Err(LogoutError::request(
                    "HOME-01",
                    "on a server name the session whose sign-outs you ask for",
                ));
            }
            None => Leaver::Everyone,
        };
        let now = entropy::now();
        let records = self.records(&self.keys.scope(&leaver)).map_err(store::before)?;
        let waiting = |record: &Record| {
            let logout_is_live = record.logout.as_ref().is_some_and(|journey| !journey.over && !journey.is_late(now));
            let concerns = match &leaver {
                Leaver::One(one) => record.accounts.iter().any(|account| account.account == *one),
                Leaver::Everyone => true,
            };
            logout_is_live && concerns && record.provider == SessionStatus::Pending
        };
        Ok(records.into_iter().map(|stored| stored.record).filter(waiting).map(|record| record.summary()).collect())
    }

    /// The accounts in the cache of this client. Only on a device. MSAL's are named in lower case, as its cache compares
    /// them: a home account identifier in capitals is found by a request, which folds it, and not by comparing texts.
    ///
    /// Fails on a server, and when the store does not answer. Touches: store.
    pub fn accounts(&self) -> Result<Vec<Account>, LogoutError> {
        if self.config.home == Home::Server {
            return Err(LogoutError::request("HOME-01", "on a server nobody may list everybody's sessions"));
        }
        let clearing = self.look(&Leaver::Everyone).map_err(store::before)?;
        self.sweep(&Leaver::Everyone);
        Ok(clearing.accounts().into_iter().map(Account::new).collect())
    }

    /// What to register at the provider about signing out, as configured. Receiving its notices is the app's own affair
    /// at present. Touches nothing.
    pub fn registration(&self) -> ClientRegistration {
        self.config.registration()
    }
}

impl LogoutClient {
    /// Signs out everyone in the cache of this client, as configured. Only on a device.
    ///
    /// Fails as `sign_out` of `Who::Everyone` does. The bindings have it too. Touches: store, network, navigator,
    /// listeners.
    pub fn logout(&self) -> Result<LogoutOutcome, LogoutError> {
        self.sign_out(&EndSessionRequest::new(Who::Everyone))
    }

    fn planned(&self, request: &EndSessionRequest) -> Result<Arc<LogoutPlan>, LogoutError> {
        let request = self.named(request);
        let asked = asked::check(&self.config, &self.row, &self.registered, &request)?;
        let clearing = self.look(&asked.leaver).map_err(store::before)?;
        let metadata = self.kept_metadata(entropy::now());
        planning::plan(asked, &clearing, metadata.as_ref()).map(Arc::new)
    }

    /// By what a redirect target is judged.
    fn policy(&self) -> Policy<'_> {
        Policy {
            registered: &self.registered,
            allow_http: self.config.allow_http,
            native: self.config.home == Home::Device,
        }
    }

    /// The name of an account that a sign-out would accept: under another one a guard would guard nobody.
    fn checked_name(&self, account: &str) -> Result<String, LogoutError> {
        asked::check_account_id(&self.config.layout, account)?;
        Ok(self.name_of(account))
    }

    /// An account as records and epochs name it.
    fn name_of(&self, account: &str) -> String {
        account_name(&self.config.layout, account).into_owned()
    }

    fn named<'a>(&self, request: &'a EndSessionRequest) -> Cow<'a, EndSessionRequest> {
        let Who::This { account } = &request.who else {
            return Cow::Borrowed(request);
        };
        match account_name(&self.config.layout, &account.home_account_id) {
            Cow::Borrowed(_) => Cow::Borrowed(request),
            Cow::Owned(home_account_id) => {
                let account = Account { home_account_id, ..account.clone() };
                Cow::Owned(EndSessionRequest { who: Who::This { account }, ..request.clone() })
            }
        }
    }

    fn selector<'a>(&'a self, leaver: &'a Leaver) -> Selector<'a> {
        Selector {
            layout: &self.config.layout,
            client_id: &self.config.client_id,
            hosts: &self.row.alias_hosts,
            cookies: &self.row.cookies,
            leaver,
        }
    }

    /// The row that a sign-out went by; none where its authority is no longer one of the configured provider's.
    fn row_of(&self, record: &Record) -> Option<Cow<'_, Row>> {
        match &record.authority {
            Some(authority) => self.config.provider.row_at(&self.row, authority).ok().map(Cow::Owned),
            None => Some(Cow::Borrowed(&self.row)),
        }
    }

    /// Tells every listener; what one throws is its own affair.
    fn emit(&self, kind: LogoutEventKind, record: &Record) {
        for listener in &self.listeners {
            let event = LogoutEvent { kind, id: record.id.clone(), correlation_id: record.correlation_id.clone() };
            let _ = listener.on_event(event);
        }
    }

    /// Closes the popup or frame of a sign-out, exactly once: the record says whether one is open.
    fn dismiss(&self, id: &str, open_window: bool) {
        if let (true, Some(navigator)) = (open_window, &self.navigator) {
            let _ = navigator.dismiss(id.to_owned());
        }
    }
}

/// The cookies that end with the app's session. What the host says of one replaces what the provider's row says; only a
/// back end keeps its session in them.
fn session_cookies(config: &ClientConfig, of_row: Vec<Cookie>) -> Vec<Cookie> {
    let replaced = |one: &Cookie| config.cookies.iter().any(|cookie| cookie.name == one.name);
    let of_row = of_row.into_iter().filter(|one| config.home == Home::Server && !replaced(one));
    of_row.chain(config.cookies.iter().cloned()).collect()
}
