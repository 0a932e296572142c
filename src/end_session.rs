//! The end-session request itself: parameters in order, as an address or as a form.

use crate::error::LogoutError;
use crate::navigation::{Navigation, NavigationMethod, Parameter};
use crate::provider::parameters::{Carries, Parameters};
use crate::provider::row::{Row, endpoint_url};
use crate::query;
use crate::secret::Secret;

/// An address longer than this is sent as a form where the provider takes one (RPI-13).
const POST_ABOVE: usize = 6_000;
/// An address longer than this is refused by servers; the ID token is then left out (RPI-14).
const LONGEST_URL: usize = 8_192;

/// What may be known before the run: everything but `state` and a correlation identifier drawn at random.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Draft {
    /// Where the browser comes back to in the end.
    pub(crate) redirect_uri: Option<String>,
    /// A page of the provider that it passes on the way, with the target in it; sent instead of the target.
    pub(crate) returns_through: Option<String>,
    pub(crate) correlation_id: Option<String>,
    pub(crate) id_token_hint: Option<Secret>,
    pub(crate) client_id: Option<String>,
    pub(crate) logout_hint: Option<Secret>,
    pub(crate) ui_locales: Vec<String>,
    pub(crate) caller_state: Option<Secret>,
    /// Whether the session behind the provider shall end too.
    pub(crate) federated: bool,
    pub(crate) upstream_token: Option<Secret>,
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
pub(crate) fn check_endpoint(known: &Parameters, draft: &Draft, endpoint: &str) -> Result<(), LogoutError> {
    endpoint_url(endpoint)
        .map_err(|why| LogoutError::configuration("RPI-03", format!("the end-session endpoint {why}")))?;
    if query::carries(endpoint, |name| known.reserve(name)) {
        const OURS: &str = "the end-session endpoint already carries one of our parameters";
        return Err(LogoutError::configuration("RPI-04", OURS));
    }
    if query::carries(endpoint, |name| draft.extra.iter().any(|extra| extra.name == name)) {
        const THEIRS: &str = "an extra parameter repeats one that the end-session endpoint carries";
        return Err(LogoutError::request("RPI-04", THEIRS));
    }
    Ok(())
}

/// One parameter as it is sent. In an address a flag has no value; in a form, which cannot do without, it is `true`.
struct Field {
    name: String,
    value: Option<Secret>,
}

/// What is drawn for one run.
#[derive(Clone, Copy)]
struct Drawn<'a> {
    state: &'a str,
    correlation_id: &'a str,
}

/// The parameters in the provider's order, extras last.
fn fields(known: &Parameters, draft: &Draft, drawn: Drawn<'_>, with_token: bool) -> Vec<Field> {
    let own = known.0.iter().filter_map(|slot| {
        let value = match slot.carries {
            Carries::Federated => {
                return draft.federated.then(|| Field { name: slot.name.clone().into_owned(), value: None });
            }
            carries => Secret::from(value(carries, draft, drawn, with_token)?),
        };
        Some(Field { name: slot.name.clone().into_owned(), value: Some(value) })
    });
    let extra = draft.extra.iter().map(|one| Field { name: one.name.clone(), value: Some(one.value.clone()) });
    own.chain(extra).collect()
}

fn value(carries: Carries, draft: &Draft, drawn: Drawn<'_>, with_token: bool) -> Option<String> {
    let secret = |text: &Option<Secret>| text.as_ref().map(|text| text.reveal().to_owned());
    match carries {
        Carries::RedirectUri => draft.returns_through.clone().or_else(|| draft.redirect_uri.clone()),
        Carries::CorrelationId => Some(drawn.correlation_id.to_owned()),
        Carries::IdTokenHint => secret(&draft.id_token_hint).filter(|_| with_token),
        Carries::ClientId => draft.client_id.clone(),
        // RPI-09: state has a meaning only where the browser comes back.
        Carries::State => draft.redirect_uri.as_ref().map(|_| {
            let caller = draft.caller_state.as_ref().map(|theirs| format!(";{}", theirs.reveal())).unwrap_or_default();
            format!("{}{caller}", drawn.state)
        }),
        Carries::LogoutHint => secret(&draft.logout_hint),
        Carries::UiLocales => Some(draft.ui_locales.join(" ")).filter(|tags| !tags.is_empty()),
        Carries::UpstreamToken => secret(&draft.upstream_token),
        Carries::Federated => None,
    }
}

/// The names of the parameters that will be sent, in order.
pub(crate) fn parameter_names(known: &Parameters, draft: &Draft) -> Vec<String> {
    let drawn = Drawn { state: "", correlation_id: "" };
    fields(known, draft, drawn, true).into_iter().map(|field| field.name).collect()
}

/// Whether nobody says who asks, so that the provider would not come back (RPI-08).
pub(crate) fn is_anonymous(row: &Row, draft: &Draft, with_token: bool) -> bool {
    let named = draft.client_id.is_some() || with_token && draft.id_token_hint.is_some();
    draft.redirect_uri.is_some() && row.redirect_needs_identity && !named
}

/// Builds the request. A caller's own correlation identifier wins over the drawn one.
pub(crate) fn build(known: &Parameters, draft: &Draft, endpoint: &str, state: &str, correlation_id: &str) -> Built {
    let drawn = Drawn { state, correlation_id: draft.correlation_id.as_deref().unwrap_or(correlation_id) };
    let full = fields(known, draft, drawn, true);
    let url = address(endpoint, &full);
    if draft.post == Post::Always || (draft.post == Post::WhenLong && url.len() > POST_ABOVE) {
        let form = full.into_iter().map(|field| {
            let value = field.value.unwrap_or_else(|| Secret::from("true"));
            Parameter { name: field.name, value }
        });
        let url = Secret::from(endpoint);
        return Built { method: NavigationMethod::Post, url, form: form.collect(), hint_dropped: false };
    }
    let hint_dropped = url.len() > LONGEST_URL && draft.id_token_hint.is_some();
    let url = if hint_dropped { address(endpoint, &fields(known, draft, drawn, false)) } else { url };
    Built { method: NavigationMethod::Get, url: Secret::from(url), form: Vec::new(), hint_dropped }
}

fn address(endpoint: &str, fields: &[Field]) -> String {
    query::append(endpoint, fields.iter().map(|field| (field.name.as_str(), field.value.as_ref().map(Secret::reveal))))
}
