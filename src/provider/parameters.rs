//! What an end-session request carries, and under which names: an ordered list per provider.

use std::borrow::Cow;

/// What a parameter of the end-session request says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carries {
    RedirectUri,
    CorrelationId,
    IdTokenHint,
    ClientId,
    State,
    LogoutHint,
    UiLocales,
    /// The session behind the provider shall end too. It has no value in an address.
    Federated,
    /// A token of the session behind the provider.
    UpstreamToken,
}

/// One parameter: what it says and what the provider calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) carries: Carries,
    pub(crate) name: Cow<'static, str>,
}

/// The parameters of a provider in the order in which they are sent; what is not listed is never sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parameters(pub(crate) Vec<Slot>);

/// Names that mean the same everywhere: no extra parameter may carry one past the request's own fields.
const STANDARD_NAMES: [&str; 6] =
    ["post_logout_redirect_uri", "id_token_hint", "client_id", "state", "logout_hint", "ui_locales"];

/// Names by which one provider or another, or an older release of it, takes an address to return to. Such an address is
/// validated, so that it cannot come as something else.
const TARGET_NAMES: [&str; 5] = ["redirect_uri", "returnTo", "return_to", "logout_uri", "next"];

impl Parameters {
    pub(crate) fn listed(list: &[(Carries, &'static str)]) -> Self {
        Self(list.iter().map(|(carries, name)| Slot { carries: *carries, name: Cow::Borrowed(name) }).collect())
    }

    /// RP-Initiated Logout 1.0 §2.
    pub(crate) fn standard() -> Self {
        Self::listed(&[
            (Carries::RedirectUri, "post_logout_redirect_uri"),
            (Carries::IdTokenHint, "id_token_hint"),
            (Carries::ClientId, "client_id"),
            (Carries::State, "state"),
            (Carries::LogoutHint, "logout_hint"),
            (Carries::UiLocales, "ui_locales"),
        ])
    }

    pub(crate) fn without(mut self, carries: Carries) -> Self {
        self.0.retain(|slot| slot.carries != carries);
        self
    }

    pub(crate) fn renamed(mut self, carries: Carries, name: Option<&String>) -> Self {
        if let Some(name) = name {
            for slot in self.0.iter_mut().filter(|slot| slot.carries == carries) {
                slot.name = Cow::Owned(name.clone());
            }
        }
        self
    }

    pub(crate) fn carry(&self, carries: Carries) -> bool {
        self.0.iter().any(|slot| slot.carries == carries)
    }

    /// Whether an address to return to may stand under this name.
    pub(crate) fn names_target(&self, name: &str) -> bool {
        name == "post_logout_redirect_uri"
            || TARGET_NAMES.contains(&name)
            || self.0.iter().any(|slot| slot.carries == Carries::RedirectUri && slot.name == name)
    }

    /// What the provider calls it.
    pub(crate) fn name(&self, carries: Carries) -> Option<&str> {
        self.0.iter().find(|slot| slot.carries == carries).map(|slot| slot.name.as_ref())
    }

    /// Whether a provider takes anything at all.
    pub(crate) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an extra parameter of this name says what a field of the request says: `federated` is its reach.
    pub(crate) fn have_field(&self, name: &str) -> bool {
        name == "federated" || self.reserve(name) || self.names_target(name)
    }

    /// Whether only exeunt may write this name.
    pub(crate) fn reserve(&self, name: &str) -> bool {
        STANDARD_NAMES.contains(&name) || self.0.iter().any(|slot| slot.name == name)
    }
}
