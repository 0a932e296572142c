//! The address of every vector, and what was sent beside it, replayed through the public API: the same base, the same
//! names and values, the same requests as the library that was observed, but for the differences that are listed. What
//! our side refuses of the input is seen to be refused, and compared with something sound in its place.

use std::collections::BTreeSet;

use crate::vectors_support::asked::{Asked, PAGE, issued_to};
use crate::vectors_support::decided::{DIFFERENT, Difference, Instead, REFUSED, Sent};
use crate::vectors_support::replay::{Replayed, replay};
use crate::vectors_support::{SetCookie, Vector};
use exeunt::{HttpCall, Navigation, NavigationMethod};
use serde_json::Value;

/// A name with its value; without one for a flag.
type Pair = (String, Option<String>);

/// What a library added about itself or for its own use.
const THEIR_OWN: [&str; 2] = ["auth0Client", "pocd"];

/// Vectors that are about the order of parameters.
const ABOUT_ORDER: [&str; 7] = ["msal-019", "msal1-01", "auth0-07", "auth0-10", "amplify-03", "axa-01", "imx-01"];

/// What stands for an identifier that was drawn.
const DRAWN: &str = "{drawn}";

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Request {
    method: String,
    url: String,
    authorization: String,
    content_type: String,
    /// The fields of a form, sorted; else the text as it is.
    body: Vec<(String, String)>,
}

impl Request {
    fn new(method: &str, url: &str, authorization: &str, content_type: &str, body: &str) -> Self {
        let content_type = content_type.split(';').next().unwrap_or_default().to_owned();
        let mut fields: Vec<(String, String)> = vec![(body.to_owned(), String::new())];
        if content_type == "application/x-www-form-urlencoded" {
            fields = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
            fields.sort();
        }
        let (method, url, authorization) = (method.to_owned(), url.to_owned(), authorization.to_owned());
        Self { method, url, authorization, content_type, body: fields }
    }

    fn observed(entry: &Value) -> Self {
        let header = |name: &str| entry["headers"][name].as_str().unwrap_or_default();
        let text = |name: &str| entry[name].as_str().unwrap_or_default();
        Self::new(text("method"), text("url"), header("authorization"), header("content-type"), text("body"))
    }

    fn ours(call: &HttpCall) -> Self {
        let header = |name: &str| {
            let found = call.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
            found.map(|header| header.value.reveal()).unwrap_or_default()
        };
        let body = call.body.as_ref().map(exeunt::Secret::reveal).unwrap_or_default();
        let method = format!("{:?}", call.method).to_ascii_uppercase();
        Self::new(&method, call.url.reveal(), header("Authorization"), header("Content-Type"), body)
    }

    fn decided(sent: &Sent) -> Self {
        let content = if sent.body.contains('=') { "application/x-www-form-urlencoded" } else { "text/plain" };
        Self::new("POST", sent.url, sent.authorization, content, sent.body)
    }
}

/// Where the browser goes: the base, and the parameters in order.
#[derive(Debug, PartialEq, Eq)]
struct Address {
    base: String,
    pairs: Vec<Pair>,
}

fn address(url: &str) -> Address {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = url::form_urlencoded::parse(pair.as_bytes()).next().unwrap();
        (name.into_owned(), pair.contains('=').then(|| value.into_owned()))
    });
    Address { base: base.to_owned(), pairs: pairs.collect() }
}

/// The address that was seen, without what is the library's own and with the caller's state only.
fn observed(vector: &Vector) -> Option<Address> {
    let seen = &vector.data["observed"];
    let form = seen["log"].as_array().unwrap().iter().find(|entry| entry["t"] == "form.submit");
    let mut address = if let Some(form) = form {
        let fields = crate::vectors_support::decoded(&form["fields"]);
        let base = form["action"].as_str().unwrap().to_owned();
        Address { base, pairs: fields.into_iter().map(|(name, value)| (name, Some(value))).collect() }
    } else if let Some(url) = vector.text("/observed/outcome/value") {
        address(url)
    } else {
        let base = seen["base"].as_str()?.to_owned();
        let flags = seen["rawParams"].as_array().unwrap().iter().map(|pair| pair[1].is_null());
        let pairs = crate::vectors_support::decoded(&seen["params"]).into_iter().zip(flags);
        Address { base, pairs: pairs.map(|((name, value), flag)| (name, (!flag).then_some(value))).collect() }
    };
    let callers = vector.text("/request/state").map(str::to_owned);
    let wraps_state = vector.sdk == "msal-browser";
    let drawn = vector.text("/request/correlationId").is_none();
    address.pairs.retain(|(name, value)| {
        let known = name != "state" || (!wraps_state && *value == callers);
        known && !THEIR_OWN.contains(&name.as_str())
    });
    for (_, value) in address.pairs.iter_mut().filter(|(name, _)| drawn && name == "client-request-id") {
        *value = Some(DRAWN.to_owned());
    }
    Some(address)
}

/// Our address, with the caller's state only: ours before it is there wherever the provider gives it back.
fn ours(vector: &Vector, navigation: &Navigation) -> Address {
    let mut address = address(navigation.url.reveal());
    if navigation.method == NavigationMethod::Post {
        assert!(address.pairs.is_empty(), "{}", vector.id);
        let field = |one: &exeunt::Parameter| (one.name.clone(), Some(one.value.reveal().to_owned()));
        address.pairs = navigation.form.iter().map(field).collect();
    }
    let silent = ["auth0", "@imtbl", "@aws-amplify"].iter().any(|sdk| vector.sdk.starts_with(sdk));
    let states = address.pairs.iter().filter(|(name, _)| name == "state").count();
    assert_eq!(states, usize::from(!silent && navigation.redirect_uri.is_some()), "{}: states", vector.id);
    for (_, state) in address.pairs.iter_mut().filter(|(name, _)| name == "state") {
        let whole = state.take().unwrap();
        let (own, theirs) = whole.split_once(';').map_or((whole.as_str(), None), |(own, theirs)| (own, Some(theirs)));
        assert!(own.starts_with(&navigation.id) && own.len() > navigation.id.len() + 20, "{}: {own}", vector.id);
        *state = theirs.map(str::to_owned);
    }
    address.pairs.retain(|(name, value)| name != "state" || value.is_some());
    if vector.text("/request/correlationId").is_none() {
        for (_, value) in address.pairs.iter_mut().filter(|(name, _)| name == "client-request-id") {
            let id = value.replace(DRAWN.to_owned()).unwrap();
            let groups: Vec<usize> = id.split('-').map(str::len).collect();
            assert_eq!(groups, [8, 4, 4, 4, 12], "{}: {id}", vector.id);
        }
    }
    address
}

/// What was seen, changed as decided.
fn expected(vector: &Vector, difference: Option<&Difference>) -> Option<Address> {
    let seen = observed(vector);
    let Some(difference) = difference else {
        return seen;
    };
    let mut address = match (seen, difference.base) {
        (Some(seen), None) => seen,
        (None, None) => {
            assert!(difference.with.is_empty() && difference.without.is_empty(), "{}", vector.id);
            return None;
        }
        (_, Some(base)) => Address { base: base.to_owned(), pairs: Vec::new() },
    };
    for name in difference.without {
        let before = address.pairs.len();
        address.pairs.retain(|(other, _)| other != name);
        assert!(address.pairs.len() < before, "{}: {name} was not there", vector.id);
    }
    for (name, value) in difference.with {
        let token = || Asked(vector).id_token().expect("an ID token");
        let value = if *value == "{id_token}" { token() } else { (*value).to_owned() };
        let pair = ((*name).to_owned(), Some(value));
        assert!(!address.pairs.contains(&pair), "{}: {name} was there", vector.id);
        address.pairs.push(pair);
    }
    Some(address)
}

fn names(pairs: &[Pair]) -> Vec<&str> {
    pairs.iter().map(|(name, _)| name.as_str()).collect()
}

/// Names that both have, in the order of the first.
fn common<'a>(one: &'a [Pair], other: &[Pair]) -> Vec<&'a str> {
    let other = names(other);
    names(one).into_iter().filter(|name| other.contains(name)).collect()
}

fn address_faults(vector: &Vector, difference: Option<&Difference>, replayed: &Replayed) -> Vec<String> {
    let found = replayed.navigation.as_ref().map(|navigation| ours(vector, navigation));
    let wanted = expected(vector, difference);
    let mut faults = Vec::new();
    let sorted = |address: &Option<Address>| {
        address.as_ref().map(|address| {
            let mut pairs = address.pairs.clone();
            pairs.sort();
            (address.base.clone(), pairs)
        })
    };
    if sorted(&found) != sorted(&wanted) {
        faults.push(format!("{}: found {found:#?}; expected {wanted:#?}", vector.id));
    }
    if let (Some(found), Some(wanted)) = (&found, &wanted) {
        let order = difference.map(|difference| difference.order).unwrap_or_default();
        if !order.is_empty() {
            if names(&found.pairs) != order {
                faults.push(format!("{}: order {:?}", vector.id, names(&found.pairs)));
            }
            let before = common(&wanted.pairs, &found.pairs);
            assert_ne!(before, common(&found.pairs, &wanted.pairs), "{}: the order is as observed", vector.id);
        } else if ABOUT_ORDER.contains(&vector.id.as_str()) {
            let custom = |name: &&str| vector.id != "auth0-10" || !["client_id", "returnTo"].contains(name);
            let in_order = |one: &[Pair], other: &[Pair]| -> Vec<String> {
                common(one, other).into_iter().filter(custom).map(str::to_owned).collect()
            };
            if in_order(&found.pairs, &wanted.pairs) != in_order(&wanted.pairs, &found.pairs) {
                faults.push(format!("{}: order {:?}", vector.id, names(&found.pairs)));
            }
        }
    }
    let url = replayed.navigation.as_ref().map(|navigation| navigation.url.reveal()).unwrap_or_default();
    let holds = difference.map(|difference| difference.holds).unwrap_or_default();
    let seen = vector.text("/observed/url").unwrap_or_default();
    assert!(holds.is_empty() || !seen.contains(holds), "{}: the address is as observed", vector.id);
    if !url.contains(holds) {
        faults.push(format!("{}: {url} does not hold {holds}", vector.id));
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%&=".contains(&byte);
    if !url.split_once('?').is_none_or(|(_, query)| query.bytes().all(plain)) {
        faults.push(format!("{}: {url} holds what is not encoded", vector.id));
    }
    faults
}

fn seen_requests(vector: &Vector) -> Vec<Request> {
    let log = vector.data["observed"]["log"].as_array().unwrap();
    let sent = log.iter().filter(|entry| entry["t"] == "fetch" && entry["method"] != "GET");
    sent.map(Request::observed).collect()
}

fn request_faults(vector: &Vector, difference: Option<&Difference>, replayed: &Replayed) -> Vec<String> {
    let mut found: Vec<Request> = replayed.requests.iter().map(Request::ours).collect();
    let mut wanted = seen_requests(vector);
    match difference.and_then(|difference| difference.requests) {
        // Also where only the order is another.
        Some(decided) => {
            let decided: Vec<Request> = decided.iter().map(Request::decided).collect();
            assert_ne!(decided, wanted, "{}: the requests are as observed", vector.id);
            wanted = decided;
        }
        None => {
            found.sort();
            wanted.sort();
        }
    }
    if found == wanted { Vec::new() } else { vec![format!("{}: sent {found:#?}; expected {wanted:#?}", vector.id)] }
}

/// An age stands beside the date: it wins where a browser knows both, whatever its clock says (RFC 6265 §5.3).
const ALSO: [(&str, &str); 1] = [("max-age", "0")];

/// Where the answer of a back end sends the browser, and which cookies it deletes.
fn reply_faults(vector: &Vector, replayed: &Replayed) -> Vec<String> {
    let mut faults = Vec::new();
    let Some(location) = vector.text("/observed/outcome/value/location") else {
        return faults;
    };
    if replayed.location.as_deref() != Some(location) {
        faults.push(format!("{}: goes to {:?}, not to {location}", vector.id, replayed.location));
    }
    for cookie in vector.data["observed"]["outcome"]["value"]["setCookie"].as_array().unwrap() {
        let mut decided = SetCookie::read(cookie.as_str().unwrap());
        decided.attributes.extend(ALSO.map(|(name, value)| (name.to_owned(), value.to_owned())));
        if !replayed.cookies.contains(&decided) {
            faults.push(format!("{}: deletes {:#?}, not {decided:#?}", vector.id, replayed.cookies));
        }
    }
    faults
}

/// The vector with something sound in place of what was refused, in what went in and in what was seen.
fn mended(vector: &Vector, what: &str, instead: &Instead) -> Vector {
    let mut data = vector.data.clone();
    let replaced = |text: &str| {
        let whole = vector.data.to_string();
        assert!(whole.contains(what), "{}: {what} is not there", vector.id);
        serde_json::from_str(&whole.replace(what, text)).unwrap()
    };
    match instead {
        Instead::Text(text) => data = replaced(text),
        Instead::SoundToken => data = replaced(&issued_to(vector.client_id().unwrap(), what)),
        Instead::Member(text) => *data.pointer_mut(what).unwrap() = Value::from(*text),
        Instead::Nothing => {
            let (place, name) = what.rsplit_once('/').unwrap();
            let removed = data.pointer_mut(place).and_then(Value::as_object_mut).unwrap().remove(name);
            assert!(removed.is_some(), "{}: {what} is not there", vector.id);
        }
    }
    Vector { data, ..vector.clone() }
}

/// The sound vector and what became of it. Everything that is refused on the way is listed, and nothing else.
fn replayed(original: &Vector) -> Result<(Vector, Replayed), String> {
    let mut vector = original.clone();
    if vector.text("/env/href").is_none() {
        vector.data["env"]["href"] = Value::from(PAGE);
    }
    for refused in REFUSED.iter().filter(|refused| refused.id == original.id) {
        match replay(&vector) {
            Err(rule) if rule == refused.rule => vector = mended(&vector, refused.what, &refused.instead),
            Err(rule) => return Err(format!("{}: {rule}, not {}: {}", vector.id, refused.rule, refused.what)),
            Ok(_) => return Err(format!("{} is not refused: {}", vector.id, refused.what)),
        }
    }
    let replayed = replay(&vector).map_err(|rule| format!("{} is refused: {rule}", vector.id))?;
    Ok((vector, replayed))
}

#[test]
fn every_observed_address_is_built_likewise_or_by_decision() {
    let (mut equal, mut different, mut replaced, mut none) = (0, Vec::new(), Vec::new(), Vec::new());
    let refused: BTreeSet<&str> = REFUSED.iter().map(|refused| refused.id).collect();
    let mut faults = Vec::new();
    let mut unmet: BTreeSet<&str> = DIFFERENT.iter().map(|difference| difference.id).collect();
    assert_eq!(unmet.len(), DIFFERENT.len(), "a vector differs twice");
    let vectors = crate::vectors_support::read();
    for original in &vectors {
        let (vector, replayed) = match replayed(original) {
            Ok(both) => both,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let difference = DIFFERENT.iter().find(|difference| difference.id == vector.id);
        faults.extend(address_faults(&vector, difference, &replayed));
        faults.extend(request_faults(&vector, difference, &replayed));
        faults.extend(reply_faults(&vector, &replayed));
        let silent = observed(&vector).is_none()
            && seen_requests(&vector).is_empty()
            && vector.text("/observed/outcome/value/location").is_none();
        match difference {
            Some(difference) => {
                assert!(!difference.reasons.is_empty(), "{} differs without a reason", vector.id);
                // What is listed differs: in an address, in a request, or in detail, which is checked above.
                let seen = address_faults(&vector, None, &replayed).is_empty()
                    && request_faults(&vector, None, &replayed).is_empty();
                let in_detail = !difference.order.is_empty() || !difference.holds.is_empty();
                assert!(!seen || in_detail, "{} does not differ", vector.id);
                unmet.remove(difference.id);
                different.push(vector.id.clone());
            }
            // What our side refuses differs too: it was seen to be refused, and something sound compared in its place.
            None if refused.contains(vector.id.as_str()) => replaced.push(vector.id.clone()),
            None if silent => none.push(vector.id.clone()),
            None => equal += 1,
        }
    }
    println!(
        "{} vectors replayed: {equal} equal, {} different by decision ({}), {} different by a refusal, and equal with \
         something sound in its place ({}), {} without an address ({})",
        vectors.len(),
        different.len(),
        different.join(", "),
        replaced.len(),
        replaced.join(", "),
        none.len(),
        none.join(", ")
    );
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(unmet.is_empty(), "not met: {unmet:?}");
    assert!(refused.iter().all(|id| vectors.iter().any(|vector| vector.id == *id)), "{refused:?}");
    assert_eq!(equal + different.len() + replaced.len() + none.len(), vectors.len());
}
