//! The input as a token, and as the header and payload of one: the first line break parts the two.
#![no_main]

use exeunt::{Hints, Secret, read_id_token_unverified};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Unpadded base64url, so that mutation reaches what is inside.
fn encode(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..=chunk.len() {
            out.push(char::from(LETTERS[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    out
}

fn read(token: &str) -> Option<Hints> {
    let first = read_id_token_unverified(&Secret::from(token));
    let second = read_id_token_unverified(&Secret::from(token));
    assert_eq!(first, second, "the same token reads differently");
    let hints = first.ok()?;
    let parts = token.split('.').count();
    assert!(parts == if hints.encrypted { 5 } else { 3 }, "{parts} parts were read");
    assert!(token.len() <= 16 * 1024, "longer than 16 KiB");
    assert_eq!(hints.is_expired_at(i64::MAX), hints.expires_at.is_some());
    Some(hints)
}

fn agrees_with_another_reader(hints: &Hints, payload: &[u8]) {
    let claims: Value = serde_json::from_slice(payload).expect("what is read strictly can be read");
    assert!(claims.is_object(), "claims that are no object");
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    assert_eq!(hints.issuer.as_deref(), text("iss"));
    assert_eq!(hints.authorized_party.as_deref(), text("azp"));
    assert_eq!(hints.subject.as_ref().map(Secret::reveal), text("sub"));
    if let Some(sid) = &hints.session_id {
        assert_eq!(Some(sid.reveal()), text("sid"));
        assert!((1..=512).contains(&sid.reveal().len()) && sid.reveal().bytes().all(|b| (0x20..=0x7E).contains(&b)));
    }
    for (name, time) in [("exp", hints.expires_at), ("iat", hints.issued_at), ("auth_time", hints.authenticated_at)] {
        let number = claims.get(name).and_then(Value::as_f64);
        assert_eq!(time, number.map(|number| number as i64), "{name}");
    }
    #[cfg(feature = "planted")]
    if [hints.issuer.as_deref(), text("sub"), text("sid")].into_iter().flatten().any(|claim| claim.contains('#')) {
        panic!("planted");
    }
}

fuzz_target!(|data: &[u8]| {
    if let Ok(token) = std::str::from_utf8(data) {
        read(token);
    }
    let cut = data.iter().position(|byte| *byte == b'\n');
    let (header, payload) = match cut {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (&br#"{"alg":"RS256"}"#[..], data),
    };
    for signature in ["", "c2lnbmF0dXJl"] {
        if let Some(hints) = read(&format!("{}.{}.{signature}", encode(header), encode(payload))) {
            assert_eq!(hints.unsigned, signature.is_empty(), "signed and unsigned at once");
            agrees_with_another_reader(&hints, payload);
        }
    }
    if let Some(hints) = read(&format!("{}.a.b.c.d", encode(header))) {
        assert!(hints.encrypted && hints.issuer.is_none(), "an encrypted token has nothing to say");
    }
});
