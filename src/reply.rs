//! An outcome as an HTTP answer: the one value that a web framework copies out.

use crate::cookie::{LOOPBACK_TICKET, TICKET};
use crate::host::Header;
use crate::navigation::{LogoutMode, Navigation, NavigationMethod};
use crate::outcome::{Completion, Doubt, LogoutOutcome, NotOursReason, SessionStatus};
use crate::secret::{Secret, display_as_debug};

/// Seconds for which the ticket is good: as long as a proof may be asked for.
const TICKET_AGE: i64 = crate::pending::REMEMBER;

/// Status, headers and body to be sent as they are. Headers may hold secrets; do not log them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Reply {
    /// The status code.
    pub status: i32,
    /// The headers, in order; a name may occur twice.
    pub headers: Vec<Header>,
    /// The body, UTF-8.
    pub body: Secret,
}
display_as_debug!(Reply);

impl Reply {
    fn new(status: i32) -> Self {
        let reply = Self { status, headers: Vec::new(), body: Secret::from("") };
        reply.header("Cache-Control", "no-store").header("Referrer-Policy", "no-referrer")
    }

    fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push(Header { name: name.to_owned(), value: Secret::new(value) });
        self
    }

    fn text(self, body: &str) -> Self {
        let reply = self.header("Content-Type", "text/plain; charset=utf-8");
        Self { body: Secret::from(body), ..reply }
    }

    /// 303, so that a POST which signs out becomes a GET of the provider.
    fn see_other(location: &str) -> Self {
        Self::new(303).header("Location", location)
    }
}

#[uniffi::export]
impl LogoutOutcome {
    /// The answer to the browser that asked to be signed out: it goes to the provider, as an address or as a form that
    /// submits itself, and takes its ticket along; without a navigation it goes to `return_to`. The cookies that end with
    /// the session are deleted.
    pub fn reply(&self) -> Reply {
        let reply = match (&self.next, &self.return_to) {
            (Some(next), _) => leave(next, self.frame_parent.as_deref()),
            (None, Some(page)) => Reply::see_other(page),
            (None, None) => local(self),
        };
        let reply = delete_cookies(reply, self);
        // A return over http would come without a cookie that is marked `Secure`.
        let is_http = |uri: &str| uri.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http:"));
        let returns_by_http = self.next.as_ref().and_then(|next| next.redirect_uri.as_deref()).is_some_and(is_http);
        match &self.ticket {
            Some(ticket) => reply.header("Set-Cookie", cookie(ticket, !self.http_loopback && !returns_by_http)),
            None => reply,
        }
    }
}

#[uniffi::export]
impl Navigation {
    /// The answer to a browser that goes there, such as to a proof: the cookies it has are enough.
    pub fn reply(&self) -> Reply {
        leave(self, None)
    }
}

#[uniffi::export]
impl Completion {
    /// The answer to the browser that came back: it goes to the page that the record names, never to one that the
    /// returned address names. In a hidden frame it is a page that tells the one holding the frame, which then removes
    /// it: a message `exeunt.returned`, posted to the origin of `initiating_page` alone. Where the clear waited for the
    /// browser, the cookies that end with the session are deleted here.
    pub fn reply(&self) -> Reply {
        match self {
            Self::Matched { outcome } | Self::AlreadyHandled { outcome } => {
                let reply = match (&outcome.frame_parent, &outcome.return_to) {
                    (Some(parent), _) => frame_page(parent),
                    (None, Some(page)) => Reply::see_other(page),
                    (None, None) => local(outcome),
                };
                delete_cookies(reply, outcome)
            }
            Self::NotOurs { why } => Reply::new(400).text(match why {
                NotOursReason::NotThisBrowser => "This sign-out was begun in another browser.\n",
                NotOursReason::Expired => "This sign-out took too long; your session here was cleared all the same.\n",
                NotOursReason::OtherAddress
                | NotOursReason::NothingPending
                | NotOursReason::MissingState
                | NotOursReason::WrongState => "No sign-out is waiting for this address.\n",
            }),
        }
    }
}

fn delete_cookies(reply: Reply, outcome: &LogoutOutcome) -> Reply {
    outcome.cookies.iter().fold(reply, |reply, cookie| reply.header("Set-Cookie", cookie.deletion()))
}

/// What can be said without the provider.
fn local(outcome: &LogoutOutcome) -> Reply {
    // What was sent with this answer cannot be seen, but it is no reason to tell the user to try again.
    let asked = outcome.application == SessionStatus::Unconfirmed { because: Doubt::CookieDeletionSent };
    Reply::new(200).text(if outcome.signed_out_locally() || asked {
        "You are signed out of this application.\n"
    } else if outcome.application == SessionStatus::Pending {
        "You are still signed in to this application: your sign-out is not finished yet.\n"
    } else {
        "Your session in this application could not be cleared. Please try again.\n"
    })
}

fn cookie(ticket: &Secret, secure: bool) -> String {
    let (name, attribute) = if secure { (TICKET, "; Secure") } else { (LOOPBACK_TICKET, "") };
    format!("{name}={}; Path=/; Max-Age={TICKET_AGE}; HttpOnly; SameSite=Lax{attribute}", ticket.reveal())
}

/// The ticket in a `Cookie` header, if there is one. A damaged neighbour does not matter, and a value may hold `=`.
#[uniffi::export]
pub fn ticket_in_cookies(header: &Secret) -> Option<Secret> {
    let find = |wanted: &str| {
        header.reveal().split(';').filter_map(|pair| pair.trim().split_once('=')).find_map(|(name, value)| {
            let plain = crate::keys::identify(value).is_some_and(|(_, ours)| ours == value);
            (name == wanted && plain).then(|| Secret::from(value))
        })
    };
    find(TICKET).or_else(|| find(LOOPBACK_TICKET))
}

fn leave(next: &Navigation, parent: Option<&str>) -> Reply {
    match next.method {
        NavigationMethod::Get => Reply::see_other(next.url.reveal()),
        NavigationMethod::Post => form_page(next, parent),
    }
}

/// A page whose form submits itself, whatever its fields are called; a button stands in where scripts are off. Only a hidden
/// frame has it inside a page.
fn form_page(next: &Navigation, parent: Option<&str>) -> Reply {
    const SCRIPT: &str = "HTMLFormElement.prototype.submit.call(document.forms[0])";
    let fields: String = next
        .form
        .iter()
        .map(|field| {
            let (name, value) = (escape(&field.name), escape(field.value.reveal()));
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
        })
        .collect();
    let action = next.url.reveal();
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Signing out</title><form method=\"post\" \
         action=\"{}\">{fields}<noscript><button>Sign out</button></noscript></form><script>{SCRIPT}</script></html>",
        escape(action)
    );
    let ancestors = if next.mode == LogoutMode::Silent { parent.unwrap_or("'self'") } else { "'none'" };
    page(body, SCRIPT, ancestors)
}

/// A page that runs this script and nothing else, and stands in frames of these ancestors only.
fn page(body: String, script: &str, ancestors: &str) -> Reply {
    let hash = crate::pending::standard_hash(script);
    let reply = Reply::new(200).header("Content-Type", "text/html; charset=utf-8").header(
        "Content-Security-Policy",
        format!("default-src 'none'; script-src 'sha256-{hash}'; base-uri 'none'; frame-ancestors {ancestors}"),
    );
    Reply { body: Secret::new(body), ..reply }
}

/// A page in a hidden frame that says to the page around it, at this origin and no other, that the frame has come back
/// (PASS-02). What is known of the sign-out stays with the server.
fn frame_page(parent: &str) -> Reply {
    const SCRIPT: &str = "parent.postMessage('exeunt.returned', document.currentScript.dataset.parent)";
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Signed out</title><script \
         data-parent=\"{}\">{SCRIPT}</script></html>",
        escape(parent)
    );
    page(body, SCRIPT, parent)
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
