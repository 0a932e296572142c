//! One encoder and one decoder of queries, used by everything that writes or reads an address.

/// Percent-encodes everything but `A–Z a–z 0–9 - . _ ~`; a space becomes `%20`, which every server decodes.
pub(crate) fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + value.len() / 4);
    for byte in value.bytes() {
        push_encoded(&mut out, byte);
    }
    out
}

/// Encodes for `application/x-www-form-urlencoded`, where a space is `+` (RFC 6749 §2.3.1 asks it of Basic credentials).
pub(crate) fn form_encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + value.len() / 4);
    for byte in value.bytes() {
        if byte == b' ' { out.push('+') } else { push_encoded(&mut out, byte) }
    }
    out
}

fn push_encoded(out: &mut String, byte: u8) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
        out.push(char::from(byte));
    } else {
        let nibble = |n: u8| HEX.get(usize::from(n)).copied().unwrap_or('0');
        out.push('%');
        out.push(nibble(byte >> 4));
        out.push(nibble(byte & 15));
    }
}

/// Joins parameters to a base that may already have a query. The base stays as it is, byte for byte (RPI-02). A parameter
/// without a value is its name alone.
pub(crate) fn append<'a>(base: &str, parameters: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> String {
    let (front, query, _) = split(base);
    let query = query.unwrap_or("").trim_end_matches('&');
    let mut url = front.to_owned();
    if !query.is_empty() {
        url.push('?');
        url.push_str(query);
    }
    for (at, (name, value)) in parameters.into_iter().enumerate() {
        url.push(if at == 0 && query.is_empty() { '?' } else { '&' });
        url.push_str(&encode(name));
        if let Some(value) = value {
            url.push('=');
            url.push_str(&encode(value));
        }
    }
    url
}

/// The body of a form: names and values form-encoded.
pub(crate) fn form<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs: Vec<String> =
        parameters.into_iter().map(|(name, value)| format!("{}={}", form_encode(name), form_encode(value))).collect();
    pairs.join("&")
}

/// Decodes a query as `application/x-www-form-urlencoded`: providers send `+` for a space. Malformed escapes stay as
/// they are; bytes that are not UTF-8 become U+FFFD, which matches nothing of ours.
pub(crate) fn decode(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_component(name), decode_component(value))
        })
        .collect()
}

fn decode_component(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                match (ahead.next().and_then(hex), ahead.next().and_then(hex)) {
                    (Some(high), Some(low)) => {
                        bytes.push(high << 4 | low);
                        rest = ahead;
                    }
                    _ => bytes.push(b'%'),
                }
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// An address cut into the part before `?`, the query, and the fragment.
pub(crate) fn split(url: &str) -> (&str, Option<&str>, Option<&str>) {
    let (front, fragment) = match url.split_once('#') {
        Some((front, fragment)) => (front, Some(fragment)),
        None => (url, None),
    };
    match front.split_once('?') {
        Some((base, query)) => (base, Some(query), fragment),
        None => (front, None, fragment),
    }
}

/// Whether the query of an address has a parameter whose name is of this kind.
pub(crate) fn carries(url: &str, kind: impl Fn(&str) -> bool) -> bool {
    decode(split(url).1.unwrap_or("")).iter().any(|(name, _)| kind(name))
}
