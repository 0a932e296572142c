//! What is kept of a provider's own words: it may repeat whatever it was sent, whole or in part.

use crate::secret::Secret;

/// What is longer may be a token, or a part of one.
const LONGEST_WORD: usize = 30;
/// What is shorter tells nothing of a secret that happens to hold it.
const SHORTEST_PART: usize = 8;
const LONGEST_SENTENCE: usize = 200;

/// PLR-07: an error code as the standards write them (RFC 6749 §5.2): letters and `_`, without controls around them.
/// Whatever else stands there is no code.
pub(crate) fn code(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    let plain = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    ((1..=LONGEST_WORD).contains(&text.len()) && text.bytes().all(plain)).then_some(text)
}

/// PLR-07: a sentence, cut and without controls; none where a word is as long as a token may be.
pub(crate) fn sentence(text: &str) -> Option<String> {
    let short = words(text).all(|word| word.len() <= LONGEST_WORD);
    short.then(|| text.chars().filter(|letter| !letter.is_control()).take(LONGEST_SENTENCE).collect())
}

/// What none of these secrets shines through.
pub(crate) fn unless_repeated<'a>(
    text: Option<String>,
    secrets: impl IntoIterator<Item = &'a Secret>,
) -> Option<String> {
    let text = text?;
    let shines = |secret: &Secret| {
        let secret = secret.reveal();
        !secret.is_empty() && text.contains(secret)
            || words(&text).any(|word| word.len() >= SHORTEST_PART && secret.contains(word))
    };
    (!secrets.into_iter().any(shines)).then_some(text)
}

/// Runs of what tokens are made of.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let part = |letter: char| letter.is_alphanumeric() || "-_~+/=.".contains(letter);
    text.split(move |letter| !part(letter)).map(|word| word.trim_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::{code, sentence, unless_repeated};
    use crate::secret::Secret;

    #[test]
    fn a_code_is_letters_and_underscores() {
        for known in ["invalid_request", "unsupported_token_type", "passkeyWrongOrganization"] {
            assert_eq!(code(known).as_deref(), Some(known));
        }
        for no_code in ["", "Zq7refreshToken8Value", "a b", "back-to-the-shop", &"a".repeat(31)] {
            assert_eq!(code(no_code), None, "{no_code:?}");
        }
    }

    #[test]
    fn a_sentence_that_could_hold_a_secret_is_left_out() {
        let secrets = [Secret::from("ACCESS TOKEN"), Secret::from("s3cret"), Secret::from("abcdefgh-ijklmnop")];
        let read = |text: &str| unless_repeated(sentence(text), &secrets);
        assert_eq!(read("The token has expired.\u{7}").as_deref(), Some("The token has expired."));
        let long = "a ".repeat(300);
        assert_eq!(read(&long).map(|cut| cut.len()), Some(200));
        for repeated in [
            "ACCESS TOKEN is not valid",
            "s3cret is wrong",
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczov is it",
            "not (abcdefgh-i) again",
            "'ijklmnop'.",
        ] {
            assert_eq!(read(repeated), None, "{repeated}");
        }
    }

    #[test]
    fn a_code_that_is_a_part_of_a_secret_is_left_out() {
        let token = Secret::from("xxrefresh_token_of_aliceyy");
        assert_eq!(unless_repeated(code("refresh_token_of_alice"), [&token]), None);
        assert_eq!(unless_repeated(code("refresh"), [&token]).as_deref(), Some("refresh"));
    }
}
