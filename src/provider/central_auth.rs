//! CentralAuth: the session lives in the app's own cookie, and one request of the back end ends it in all apps. Sources:
//! CentralAuth's document on logging out, and its public library.

use super::row::{CallDialect, DirectCall, Row, TooFar, check_issuer};
use crate::cookie::Cookie;
use crate::error::LogoutError;
use crate::request::Reach;

const BASE: &str = "https://centralauth.com";
/// The names in use, then those of releases before 0.2.22.
const COOKIES: [&str; 4] = ["access_token", "id_token", "accessToken", "idToken"];

const NO_AUTOLOGIN: TooFar = TooFar {
    rule: "CA-04",
    detail: "without autologin the app's own session is the only one; leave out the reach, or enable autologin",
};

pub(super) fn row(base: Option<&str>, autologin: bool) -> Result<Row, LogoutError> {
    let base = base.unwrap_or(BASE).trim_end_matches('/');
    check_issuer(base)?;
    let cookie = |name: &str| Cookie {
        name: name.to_owned(),
        path: None,
        domain: None,
        secure: None,
        http_only: None,
        same_site: None,
    };
    Ok(Row {
        default_reach: Reach::App,
        farthest_reach: if autologin { Reach::Provider } else { Reach::App },
        too_far: if autologin { TooFar::NOTHING_BEHIND } else { NO_AUTOLOGIN },
        direct: Some(DirectCall {
            endpoint: format!("{base}/api/v1/logout"),
            dialect: CallDialect::TokenAsText,
            enabled: true,
            success: 200,
            ends_other_apps: true,
        }),
        cookies: COOKIES.into_iter().map(cookie).collect(),
        ..Row::without_sign_out(base)
    })
}
