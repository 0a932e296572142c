//! The end-session request itself: parameters in order, as an address or as a form.

use crate::error::LogoutError;
use crate::navigation::{Navigation, NavigationMethod, Parameter};
use crate::provider::row::{Names, Row, endpoint_url};
use crate::query;
use crate::secret::Secret;

/// An address longer than this is sent as a form where the provider takes one (RPI-13).
const POST_ABOVE: usize = 6_000;
/// An address longer than this is refused by servers; the ID token is then left out (RPI-14).
const LONGEST_URL: usize = 8_192;

/// What may be known before the run: everything but `state` and a correlation identifier drawn at random.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Draft {
    pub(crate) redirect_uri: Option<String>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) id_token_hint: Option<Secret>,
    pub(crate) client_id: Option<String>,
    pub(crate) logout_hint: Option<Secret>,
    pub(crate) ui_locales: Vec<String>,
    pub(crate) caller_state: Option<Secret>,
    pub(crate) extra: Vec<Parameter>,
    /// Whether the page can be a form at all (only a server writes pages), and whether it shall be.
    pub(crate) post: Post,
}

/// When the request is a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Post {
    Never,
    WhenLong,
    Always,
}

/// A request that is ready, and whether the ID token had to be left out.
pub(crate) struct Built {
    pub(crate) method: NavigationMethod,
    pub(crate) url: Secret,
    pub(crate) form: Vec<Parameter>,
    pub(crate) hint_dropped: bool,
}

impl Built {
    /// Puts the address and the form into a navigation.
    pub(crate) fn into(self, frame: Navigation) -> Navigation {
        Navigation { url: self.url, method: self.method, form: self.form, ..frame }
    }
}

/// Checks an endpoint against the parameters that will be added to it (RPI-03, ATT-23).
pub(crate) fn check_endpoint(names: &Names, draft: &Draft, endpoint: &str) -> Result<(), LogoutError> {
    endpoint_url(endpoint)
        .map_err(|why| LogoutError::configuration("RPI-03", format!("the end-session endpoint {why}")))?;
    if query::carries(endpoint, |name| names.reserved().any(|ours| ours == name)) {
        const OURS: &str = "the end-session endpoint already carries one of our parameters";
        return Err(LogoutError::configuration("RPI-04", OURS));
    }
    if query::carries(endpoint, |name| draft.extra.iter().any(|extra| extra.name == name)) {
        const THEIRS: &str = "an extra parameter repeats one that the end-session endpoint carries";
        return Err(LogoutError::request("RPI-04", THEIRS));
    }
    Ok(())
}

/// The parameters in the order in which Microsoft's library sends them, extras last.
fn parameters(names: &Names, draft: &Draft, state: &str, correlation_id: &str, with_token: bool) -> Vec<Parameter> {
    let mut list: Vec<(&str, String)> = Vec::new();
    let mut push = |name: &'static str, value: Option<String>| list.extend(value.map(|value| (name, value)));
    push(names.redirect_uri, draft.redirect_uri.clone());
    if let Some(name) = names.correlation_id {
        push(name, Some(correlation_id.to_owned()));
    }
    if with_token {
        push(names.id_token_hint, draft.id_token_hint.as_ref().map(|token| token.reveal().to_owned()));
    }
    push("client_id", draft.client_id.clone());
    // RPI-09: state has a meaning only where the browser comes back.
    if draft.redirect_uri.is_some() {
        let caller = draft.caller_state.as_ref().map(|theirs| format!(";{}", theirs.reveal())).unwrap_or_default();
        push(names.state, Some(format!("{state}{caller}")));
    }
    push(names.logout_hint, draft.logout_hint.as_ref().map(|hint| hint.reveal().to_owned()));
    if !draft.ui_locales.is_empty() {
        push(names.ui_locales, Some(draft.ui_locales.join(" ")));
    }
    let own = list.into_iter().map(|(name, value)| Parameter { name: name.to_owned(), value: Secret::from(value) });
    own.chain(draft.extra.iter().cloned()).collect()
}

/// The names of the parameters that will be sent, in order.
pub(crate) fn parameter_names(names: &Names, draft: &Draft) -> Vec<String> {
    parameters(names, draft, "", "", true).into_iter().map(|parameter| parameter.name).collect()
}

/// Whether nobody says who asks, so that the provider would not come back (RPI-08).
pub(crate) fn is_anonymous(row: &Row, draft: &Draft, with_token: bool) -> bool {
    let named = draft.client_id.is_some() || with_token && draft.id_token_hint.is_some();
    draft.redirect_uri.is_some() && row.redirect_needs_identity && !named
}

/// Builds the request. A caller's own correlation identifier wins over the drawn one.
pub(crate) fn build(names: &Names, draft: &Draft, endpoint: &str, state: &str, correlation_id: &str) -> Built {
    let correlation_id = draft.correlation_id.as_deref().unwrap_or(correlation_id);
    let full = parameters(names, draft, state, correlation_id, true);
    let url = url(endpoint, &full);
    if draft.post == Post::Always || (draft.post == Post::WhenLong && url.len() > POST_ABOVE) {
        let url = Secret::from(endpoint);
        return Built { method: NavigationMethod::Post, url, form: full, hint_dropped: false };
    }
    let hint_dropped = url.len() > LONGEST_URL && draft.id_token_hint.is_some();
    let url =
        if hint_dropped { self::url(endpoint, &parameters(names, draft, state, correlation_id, false)) } else { url };
    Built { method: NavigationMethod::Get, url: Secret::from(url), form: Vec::new(), hint_dropped }
}

fn url(endpoint: &str, parameters: &[Parameter]) -> String {
    query::append(endpoint, parameters.iter().map(|p| (p.name.as_str(), p.value.reveal())))
}
