//! The sources as text, for tests that hold them to the rules of the house.

use std::path::{Path, PathBuf};

/// One source file; `path` is relative to the folder that was read, with `/`.
#[derive(Debug, Clone)]
pub struct Source {
    pub path: String,
    pub text: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The text without comments; strings stay.
    pub fn code(&self) -> String {
        blank(&self.text, false)
    }

    /// The text without comments, contents of strings, attributes and test modules.
    pub fn bare_code(&self) -> String {
        without_attributes(&without_tests(&blank(&self.text, true)))
    }
}

/// The files with this ending in a folder and below, by path.
pub fn read(folder: &str, ending: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files = Vec::new();
    collect(&root, ending, &mut files);
    files.sort();
    let source = |file: PathBuf| {
        let inside = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        Source::new(&inside, &std::fs::read_to_string(&file).unwrap())
    };
    files.into_iter().map(source).collect()
}

fn collect(folder: &Path, ending: &str, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, ending, files);
        } else if path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
}

/// Replaces comments, and where asked the contents of strings, by spaces; lines stay where they are.
pub fn blank(text: &str, strings: bool) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let (end, hide) = piece(&letters, at, strings);
        for letter in &letters[at..end] {
            out.push(if hide && *letter != '\n' { ' ' } else { *letter });
        }
        at = end;
    }
    out
}

/// The end of the piece that begins here, and whether it is hidden.
fn piece(letters: &[char], at: usize, strings: bool) -> (usize, bool) {
    let next = |offset: usize| letters.get(at + offset).copied().unwrap_or('\0');
    let word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let begins_word = at == 0 || !word(letters[at - 1]);
    match (letters[at], next(1)) {
        ('/', '/') => (find(letters, at, |rest| rest[0] == '\n'), true),
        ('/', '*') => (after_block_comment(letters, at), true),
        ('"', _) => (after_string(letters, at + 1), strings),
        ('r', '#' | '"') if begins_word && raw_hashes(letters, at + 1).is_some() => {
            (after_raw_string(letters, at + 1), strings)
        }
        ('\'', '\\') => (find(letters, at + 3, |rest| rest[0] == '\'') + 1, strings),
        ('\'', _) if next(2) == '\'' => (at + 3, strings),
        _ => (at + 1, false),
    }
}

fn find(letters: &[char], from: usize, holds: impl Fn(&[char]) -> bool) -> usize {
    (from..letters.len()).find(|at| holds(&letters[*at..])).unwrap_or(letters.len())
}

fn after_block_comment(letters: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut at = at;
    while at < letters.len() {
        match (letters[at], letters.get(at + 1)) {
            ('/', Some('*')) => depth += 1,
            ('*', Some('/')) => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    at
}

fn after_string(letters: &[char], mut at: usize) -> usize {
    while at < letters.len() && letters[at] != '"' {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(letters.len())
}

fn raw_hashes(letters: &[char], at: usize) -> Option<usize> {
    let hashes = letters[at..].iter().take_while(|letter| **letter == '#').count();
    (letters.get(at + hashes) == Some(&'"')).then_some(hashes)
}

fn after_raw_string(letters: &[char], at: usize) -> usize {
    let hashes = raw_hashes(letters, at).unwrap();
    let closes =
        |rest: &[char]| rest[0] == '"' && rest.iter().skip(1).take(hashes).filter(|l| **l == '#').count() == hashes;
    (find(letters, at + hashes + 1, closes) + 1 + hashes).min(letters.len())
}

/// Removes `#[…]` and `#![…]`.
pub fn without_attributes(code: &str) -> String {
    let mut out = String::new();
    let mut rest = code;
    while let Some(at) = [rest.find("#["), rest.find("#![")].into_iter().flatten().min() {
        out.push_str(&rest[..at]);
        let open = at + rest[at..].find('[').unwrap();
        rest = &rest[matching(rest, open)..];
    }
    out + rest
}

/// Removes what stands under `#[cfg(test)]`, up to the end of its block.
pub fn without_tests(code: &str) -> String {
    match code.find("#[cfg(test)]") {
        None => code.to_owned(),
        Some(at) => {
            let end = code[at..].find('{').map_or(code.len(), |open| matching(code, at + open));
            code[..at].to_owned() + &without_tests(&code[end..])
        }
    }
}

/// The place behind the bracket that closes the one at `open`.
pub fn matching(code: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, letter) in code[open..].char_indices() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + at + letter.len_utf8();
        }
    }
    code.len()
}

/// The words of a code, each with what follows it.
pub fn words(code: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut rest = code;
    std::iter::from_fn(move || {
        rest = &rest[rest.find(is_word)?..];
        let end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some((word, after))
    })
}
