//! The clock and the random numbers.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::LogoutError;

/// Seconds since 1970; 0 for a clock before that.
pub(super) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok()).unwrap_or(0)
}

fn bytes() -> Result<[u8; 16], LogoutError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .map_err(|_| LogoutError::HostFailed { operation: "drawing random numbers".to_owned() })?;
    Ok(bytes)
}

/// 128 bits from the platform, in 22 letters of base64url.
pub(super) fn random() -> Result<String, LogoutError> {
    Ok(URL_SAFE_NO_PAD.encode(bytes()?))
}

/// A random UUID, version 4 (RFC 9562 §5.4).
pub(super) fn uuid() -> Result<String, LogoutError> {
    let number = u128::from_be_bytes(bytes()?);
    let number = number & !(0xF << 76) | 0x4 << 76;
    let number = number & !(0x3 << 62) | 0x2 << 62;
    let hex = format!("{number:032x}");
    let cut = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    Ok([cut(0, 8), cut(8, 12), cut(12, 16), cut(16, 20), cut(20, 32)].join("-"))
}
