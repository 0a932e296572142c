//! The app in which things happen at the same time: it has nothing to revoke.

use exeunt::ClientConfig;
use serde_json::json;

pub fn config(on_cancel: &str) -> ClientConfig {
    serde_json::from_value(json!({
        "client_id": "rp",
        "provider": {"oidc": {"issuer": "https://op.example.com",
            "endpoints": {"end_session": "https://op.example.com/logout"}}},
        "home": "device",
        "layout": {"prefix": {"prefix": "s", "separator": ":"}},
        "post_logout_redirect_uri": {"uri": {"uri": "https://app.example.com/bye"}},
        "on_cancel": on_cancel,
        "revoke_tokens": false
    }))
    .unwrap()
}
