//! The exported surface, line by line, as `tests/surface.txt` has it, and the rules for its names. A change of the
//! surface is a change of that file: `EXEUNT_BLESS=1 cargo test surface_is_golden` writes it anew.

use std::collections::{BTreeMap, BTreeSet};

use crate::source_text::{Source, blank, matching, read, without_attributes, without_tests, words};

/// Objects that hold callbacks: neither comparable nor printable.
const OF_CALLBACKS: [&str; 1] = ["LogoutClient"];

/// One item or member: its attributes, what stands before its body, and the body.
struct Piece<'a> {
    attributes: Vec<String>,
    head: String,
    body: &'a str,
}

impl Piece<'_> {
    fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|one| one.contains(attribute))
    }

    /// The traits in `#[uniffi::export(Debug, …)]`.
    fn exports(&self) -> Vec<String> {
        let list = self.attributes.iter().find_map(|one| one.strip_prefix("uniffi::export("));
        let list = list.filter(|_| !self.head.contains("trait "));
        list.map(|list| words(list).map(|(word, _)| word.to_owned()).collect()).unwrap_or_default()
    }
}

/// Cuts a code into items, or into members that end with a comma.
fn pieces(code: &str, comma: bool) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = code.trim_start();
    while !rest.is_empty() {
        let mut attributes = Vec::new();
        while rest.starts_with('#') {
            let open = rest.find('[').unwrap();
            let end = matching(rest, open);
            attributes.push(joined(&rest[open + 1..end - 1]));
            rest = rest[end..].trim_start();
        }
        let (head, body, end) = cut(rest, comma);
        if !head.is_empty() {
            found.push(Piece { attributes, head, body });
        }
        rest = rest[end..].trim_start();
    }
    found
}

fn cut(code: &str, comma: bool) -> (String, &str, usize) {
    let first: Vec<&str> = words(code).map(|(word, _)| word).take(4).collect();
    let to_semicolon =
        !comma && !first.contains(&"fn") && first.iter().any(|word| ["use", "const", "static"].contains(word));
    let mut angles = 0;
    let mut at = 0;
    while let Some(letter) = code[at..].chars().next() {
        match letter {
            '(' | '[' => at = matching(code, at) - 1,
            '<' => angles += 1,
            '>' if !code[..at].ends_with('-') => angles -= 1,
            '{' if to_semicolon => at = matching(code, at) - 1,
            '{' => {
                let end = matching(code, at);
                let tail = code[end..].trim_start();
                let behind = if comma && tail.starts_with(',') { code.len() - tail.len() + 1 } else { end };
                return (joined(&code[..at]), &code[at + 1..end - 1], behind);
            }
            ';' if !comma => return (joined(&code[..at]), "", at + 1),
            ',' if comma && angles == 0 => return (joined(&code[..at]), "", at + 1),
            _ => {}
        }
        at += code[at..].chars().next().map_or(1, char::len_utf8);
    }
    (joined(code), "", code.len())
}

/// One line, without the spaces and commas that only layout needs.
fn joined(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace("( ", "(").replace(", )", ")").replace(" )", ")")
}

#[derive(Default, Debug)]
struct Item {
    kind: String,
    exports: Vec<String>,
    members: Vec<String>,
    /// Variants of an enum, with whether they hold fields.
    variants: Vec<(String, bool)>,
}

type Surface = BTreeMap<String, Item>;

fn default_of(piece: &Piece<'_>) -> String {
    let value = piece.attributes.iter().find_map(|one| one.strip_prefix("uniffi(default")?.strip_suffix(')'));
    match value {
        None => String::new(),
        Some("") => " = default".to_owned(),
        Some(value) => value.to_owned(),
    }
}

fn fields(body: &str, open: bool) -> Vec<String> {
    let field = |piece: &Piece<'_>| {
        let text = if open { piece.head.strip_prefix("pub ")? } else { piece.head.as_str() };
        Some(format!("{text}{}", default_of(piece)))
    };
    pieces(body, true).iter().filter_map(field).collect()
}

fn methods(body: &str, callback: bool) -> Vec<String> {
    let method = |piece: &Piece<'_>| {
        let head = if callback { piece.head.as_str() } else { piece.head.strip_prefix("pub ")? };
        let text = head.strip_prefix("fn ")?;
        let text = text.replace("(&self, ", "(").replace("(&self)", "()");
        let kind = if callback {
            "callback"
        } else if piece.has("uniffi::constructor") {
            "constructor"
        } else {
            "method"
        };
        let called = piece.attributes.iter().filter(|one| one.starts_with("uniffi::")).map(|one| {
            let list = words(one)
                .map(|(word, _)| word)
                .filter(|word| !["uniffi", "method", "constructor", "default"].contains(word));
            list.map(|name| format!(" {name}=default")).collect::<String>()
        });
        Some(format!("{kind} {text}{}", called.collect::<String>()))
    };
    pieces(body, false).iter().filter_map(method).collect()
}

fn name_behind<'a>(head: &'a str, word: &str) -> &'a str {
    let (_, rest) = head.split_once(word).unwrap();
    words(rest).next().unwrap().0
}

/// Everything that crosses the boundary.
fn surface(sources: &[Source]) -> Surface {
    let mut surface = Surface::new();
    for source in sources {
        let code = without_tests(&blank(&source.text, true));
        for piece in pieces(&code, false) {
            read_item(&piece, &mut surface);
        }
    }
    surface
}

fn read_item(piece: &Piece<'_>, surface: &mut Surface) {
    let derived = ["Record", "Enum", "Error", "Object"].into_iter().find(|kind| piece.has(&format!("uniffi::{kind}")));
    let exported = piece.has("uniffi::export");
    let head = &piece.head;
    if let Some(kind) = derived {
        let (word, body) = if head.contains("struct ") { ("struct ", piece.body) } else { ("enum ", piece.body) };
        let item = surface.entry(name_behind(head, word).to_owned()).or_default();
        item.kind = kind.to_lowercase();
        item.exports = piece.exports();
        if word == "struct " {
            if kind == "Record" {
                item.members.splice(0..0, fields(body, true));
            }
            return;
        }
        let mut members = Vec::new();
        for variant in pieces(body, true) {
            let inner = fields(variant.body, false);
            item.variants.push((variant.head.clone(), !inner.is_empty() || variant.head.contains('(')));
            members.push(variant.head.clone());
            members.extend(inner.iter().map(|field| format!("{}.{field}", variant.head)));
        }
        item.members.splice(0..0, members);
    } else if exported && head.contains("trait ") {
        let item = surface.entry(name_behind(head, "trait ").to_owned()).or_default();
        item.kind = "callback".to_owned();
        item.members.extend(methods(piece.body, true));
    } else if exported && head.starts_with("impl ") {
        let item = surface.entry(name_behind(head, "impl ").to_owned()).or_default();
        item.members.extend(methods(piece.body, false));
    } else if let Some(text) = head.strip_prefix("pub fn ").filter(|_| exported) {
        let item = surface.entry(format!("fn {text}")).or_default();
        item.kind = "function".to_owned();
    } else if let Some(list) = head.strip_prefix("uniffi::custom_type!") {
        let names: Vec<&str> = words(list).map(|(word, _)| word).take(2).collect();
        surface.entry(names[0].to_owned()).or_default().kind = format!("custom({})", names[1]);
    }
}

fn printed(surface: &Surface) -> String {
    let mut out = String::new();
    for (name, item) in surface {
        let exports =
            if item.exports.is_empty() { String::new() } else { format!(" exports {}", item.exports.join(" ")) };
        out += &format!("{} {name}{exports}\n", item.kind);
        out.extend(item.members.iter().map(|member| format!("  {member}\n")));
    }
    out
}

/// What breaks the rules for names and exports.
fn faults(surface: &Surface) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, item) in surface {
        let mut fault = |what: String| faults.push(format!("{name}: {what}"));
        if ["Exeunt", "Error"].contains(&name.as_str()) {
            fault("a name that collides in some language".to_owned());
        }
        let data = item.kind == "enum" && item.variants.iter().any(|(_, fields)| *fields);
        for (variant, _) in &item.variants {
            if ["None", "Some", "Default", "Init", "Self", "Type"].contains(&variant.as_str()) {
                fault(format!("the variant {variant} collides in some language"));
            }
            if variant.contains('(') {
                fault(format!("the variant {variant} is a tuple"));
            }
            if let (true, Some(other)) = (data, seen.get(variant.as_str())) {
                fault(format!("the variant {variant} is also one of {other}"));
            }
            if data {
                seen.insert(variant, name);
            }
        }
        for member in item.members.iter().chain(std::iter::once(name)) {
            let (front, _) = member.split_once(['(', ':']).unwrap_or((member, ""));
            let last = front.rsplit(['.', ' ']).next().unwrap();
            let callable = ["callback ", "method ", "constructor ", "fn "].iter().any(|kind| member.starts_with(kind));
            if callable && ["close", "destroy", "notify", "wait"].contains(&last) {
                fault(format!("the method {last} collides in some language"));
            }
            if !callable && last == "message" {
                fault("a field called message collides in some language".to_owned());
            }
            let plain = member.replace("Vec<u8>", "").replace("&[u8]", "");
            let unsigned = ["u8", "u16", "u32", "u64", "u128", "usize"];
            if words(&plain).any(|(word, _)| unsigned.contains(&word)) {
                fault(format!("an unsigned integer in {member}"));
            }
        }
        let all = ["Debug", "Display", "Eq", "Hash"];
        let wanted = match item.kind.as_str() {
            "record" | "object" if !OF_CALLBACKS.contains(&name.as_str()) => item.exports == all,
            "enum" if data => item.exports == all,
            "enum" => item.exports.iter().all(|one| one == "Display"),
            "error" => item.exports.is_empty() || item.exports == ["Debug", "Display"],
            _ => item.exports.is_empty(),
        };
        if !wanted {
            fault(format!("a {} exports {:?}", item.kind, item.exports));
        }
    }
    faults
}

fn re_exported(lib: &Source) -> BTreeSet<String> {
    let code = without_attributes(&lib.code());
    let uses = pieces(&code, false).into_iter().filter(|piece| piece.head.starts_with("pub use "));
    let last = |list: String| {
        let inner = list.split_once('{').map_or(list.rsplit("::").next().unwrap(), |(_, inner)| inner).to_owned();
        words(&inner).map(|(word, _)| word.to_owned()).collect::<Vec<_>>()
    };
    uses.flat_map(|piece| last(piece.head)).collect()
}

#[test]
fn the_surface_is_the_one_on_file() {
    let found = printed(&surface(&read("src", "rs")));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/surface.txt");
    if std::env::var_os("EXEUNT_BLESS").is_some() {
        std::fs::write(file, &found).unwrap();
    }
    let expected = std::fs::read_to_string(file).unwrap();
    let new = found.lines().filter(|line| !expected.lines().any(|other| other == *line));
    let gone = expected.lines().filter(|line| !found.lines().any(|other| other == *line));
    let lines: Vec<String> = new.map(|line| format!("+ {line}")).chain(gone.map(|line| format!("- {line}"))).collect();
    assert!(
        found == expected,
        "the surface changed; if it should, EXEUNT_BLESS=1 writes it anew\n{}",
        lines.join("\n")
    );
}

#[test]
fn the_surface_uses_no_name_that_collides_in_a_language() {
    let faults = faults(&surface(&read("src", "rs")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_crosses_the_boundary_can_be_used_from_rust_too() {
    let sources = read("src", "rs");
    let lib = sources.iter().find(|source| source.path == "lib.rs").unwrap();
    let known = re_exported(lib);
    let exported = surface(&sources);
    assert!(exported.len() > 40, "only {} items were read", exported.len());
    for name in exported.keys() {
        let name = name.strip_prefix("fn ").map_or(name.as_str(), |text| text.split('(').next().unwrap());
        assert!(known.contains(name), "lib.rs does not name {name}");
    }
}

#[test]
fn every_forbidden_name_is_found() {
    let planted = [
        "#[derive(uniffi::Object)] pub struct Exeunt { inner: u8 }",
        "#[derive(uniffi::Enum)] pub enum Flat { None, Good }",
        "#[derive(uniffi::Enum)] #[uniffi::export(Debug, Display, Eq, Hash)] pub enum Data { Ended { why: Flat } }",
        "#[derive(uniffi::Enum)] #[uniffi::export(Debug, Display, Eq, Hash)] pub enum Data { One(String) }",
        "#[derive(uniffi::Enum)] #[uniffi::export(Debug, Eq)] pub enum Data { One { a: bool } }",
        "#[derive(uniffi::Enum)] #[uniffi::export(Eq)] pub enum Flat { One, Two }",
        "#[derive(uniffi::Record)] pub struct Plain { pub a: bool }",
        "#[derive(uniffi::Record)] #[uniffi::export(Debug, Display, Eq, Hash)] pub struct Sized { pub a: Option<u32> }",
        "#[derive(uniffi::Record)] #[uniffi::export(Debug, Display, Eq, Hash)] pub struct Told { pub message: String }",
        "#[uniffi::export] impl LogoutPlan { pub fn close(&self) {} }",
        "#[uniffi::export(foreign)] pub trait Waiter: Send { fn wait(&self) -> Result<Done, HostError>; }",
        "#[uniffi::export] pub fn size(of: &[u8]) -> usize { 0 }",
    ];
    for text in planted {
        let mut sources = read("src", "rs");
        let before = faults(&surface(&sources)).len();
        sources.push(Source::new("planted.rs", text));
        let found = faults(&surface(&sources));
        assert!(found.len() > before, "not found: {text}");
    }
}
