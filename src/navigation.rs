//! What a browser is asked to open.

use serde::Deserialize;

use crate::secret::{Secret, display_as_debug};

/// How the browser is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize, uniffi::Enum)]
#[serde(rename_all = "snake_case")]
pub enum LogoutMode {
    /// The whole window goes to the provider and comes back.
    Redirect,
    /// A second window goes there while the app stays.
    Popup,
    /// A hidden frame or an invisible browser goes there.
    Silent,
}

/// The popup's size, place and name. Every absent value is the host's choice.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub struct PopupWindow {
    /// Width in pixels.
    #[uniffi(default)]
    pub width: Option<i32>,
    /// Height in pixels.
    #[uniffi(default)]
    pub height: Option<i32>,
    /// Distance from the left edge in pixels.
    #[uniffi(default)]
    pub left: Option<i32>,
    /// Distance from the upper edge in pixels.
    #[uniffi(default)]
    pub top: Option<i32>,
    /// The window's name.
    #[uniffi(default)]
    pub name: Option<String>,
}

/// How the browser sends the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum NavigationMethod {
    /// The address is opened.
    Get,
    /// A form is submitted to the address.
    Post,
}

/// One field of a form, or one parameter of an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// The name, sent percent-encoded.
    pub name: String,
    /// The value, sent percent-encoded.
    pub value: Secret,
}

/// A place for the browser to go. It carries secrets in its address and form; show neither.
#[derive(Debug, Clone, PartialEq, Eq, Hash, uniffi::Record)]
#[uniffi::export(Debug, Display, Eq, Hash)]
pub struct Navigation {
    /// The sign-out's identifier, for `cancel`, `outcome` and `proof`.
    pub id: String,
    /// Where to go.
    pub url: Secret,
    /// By address or by form.
    pub method: NavigationMethod,
    /// The fields of the form; empty for an address.
    pub form: Vec<Parameter>,
    /// How the browser is used.
    pub mode: LogoutMode,
    /// Size, place and name of the popup.
    pub popup: Option<PopupWindow>,
    /// Where the main window goes when the popup has closed.
    pub main_window_redirect_uri: Option<String>,
    /// Where the browser comes back to; absent where it stays at the provider.
    pub redirect_uri: Option<String>,
    /// Milliseconds after which a hidden frame is given up: the host then calls `cancel` with `TimedOut`.
    pub frame_timeout_ms: i64,
}

display_as_debug!(PopupWindow, Parameter, Navigation);
