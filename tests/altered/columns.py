#!/usr/bin/env python3
"""Takes each column of each provider's row away, so that the row has the default there, and sees that its cases fail.

Columns are the members of a row, those of its rule for revocations, and each of its parameters. Only a case of this
very provider counts; where several share a function, each of them that does not set the column itself has to miss it.
One that no case misses is either not tested or says what the default says anyway. In a copy of the core in
`build/columns` each column has a number by which it is taken away while the program runs, so that one build does for
all. Nothing is built again while nothing has changed.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tree import ROOT, Sources, cargo_test, fingerprint, lay, replace, sources

HERE = ROOT / "build" / "columns"
PROVIDERS = Path("src/provider")
NOT_ROWS = {"mod", "parameters", "allow_list"}
# Functions from which several rows take their columns; of the file of no provider only these count.
SHARED = {
    "entra.family": ["entra", "azure_b2c", "entra_external_id"],
    "entra.parameters": ["entra", "entra_external_id"],
    "entra.parameters_with_client": ["ad_fs", "azure_b2c"],
    "row.without_sign_out": ["apple", "discord", "github", "google", "slack"],
}
NEEDED = [
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "src",
    "tests/altered/columns.rs",
    "tests/behaviours/scripted",
    "tests/cases",
    "tests/map_store",
    "bindings/bindgen",
    "uniffi.toml",
]
TEST = '[[test]]\nname = "columns"\npath = "tests/altered/columns.rs"\n\n'
SWITCH = """
/// Columns of providers' rows that are taken away.
#[doc(hidden)]
pub mod without {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static COLUMN: AtomicUsize = AtomicUsize::new(0);

    /// Takes this column away, and no other.
    pub fn column(number: usize) {
        COLUMN.store(number, Ordering::Relaxed);
    }

    pub(crate) fn is(number: usize) -> bool {
        COLUMN.load(Ordering::Relaxed) == number
    }
}
"""


class Column(NamedTuple):
    """A column that a row of this file sets."""

    name: str
    value: tuple[int, int]
    """Where its value stands."""
    otherwise: str
    """What the row has without it."""


def block_end(text: str, start: int) -> int:
    """The place of the brace that closes the one at `start`."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise ValueError("a brace is never closed")


def members(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of what stands between the commas of one block, nested ones left whole, and of what is left."""
    depth, begin, at = 0, start, start
    while at < end:
        letter = text[at]
        if text.startswith("//", at):
            at = text.index("\n", at)
            continue
        if letter == '"':
            at = text.index('"', at + 1)
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            yield begin, at
            begin = at + 1
        at += 1
    yield begin, end


def columns(text: str) -> Iterator[Column]:
    """Every column that a row of this file sets, where the rest comes from another row."""
    for found in re.finditer(r'\(Carries::(\w+), ("[^"]*")\)', text):
        yield Column(f"parameters.{found.group(1)}", found.span(2), '""')
    for found in re.finditer(r"\b(?:Row|Self|RevocationRule) \{", text):
        opening = found.end() - 1
        # `-> Row {` begins a function, not a row.
        if text[: found.start()].rstrip().endswith("->"):
            continue
        spans = list(members(text, opening + 1, block_end(text, opening)))
        rest = text[slice(*spans.pop())].strip()
        if not rest.startswith(".."):
            continue
        for start, stop in spans:
            # One without a value of its own was made of the other row just before, and cannot be had from there.
            name = re.match(r"(?:\s|//[^\n]*\n)*(\w+):\s*", text[start:stop])
            if name:
                otherwise = f"({rest.removeprefix('..')}).{name.group(1)}"
                yield Column(name.group(1), (start + name.end(), stop), otherwise)


def users(found: Sources, file: str, column: Column) -> list[str]:
    """The providers whose cases have to miss this column."""
    whole = found[PROVIDERS / f"{file}.rs"].decode()
    functions = re.findall(r"\bfn (\w+)", whole[: column.value[0]])
    shared = SHARED.get(f"{file}.{functions[-1]}") if functions else None
    if shared is None:
        return [] if file == "row" else [file]
    sets = {other: {one.name for one in columns(found[PROVIDERS / f"{other}.rs"].decode())} for other in shared}
    return [other for other in shared if other == file or column.name not in sets[other]]


def switched(found: Sources) -> tuple[Sources, list[dict[str, object]]]:
    """A core in which each column can be taken away, and the list of the columns."""
    altered, listed = dict(found), list[dict[str, object]]()
    for path in sorted(path for path in found if path.parent == PROVIDERS and path.stem not in NOT_ROWS):
        text = found[path].decode()
        pieces: list[tuple[int, str]] = []
        for column in columns(text):
            providers = users(found, path.stem, column)
            if not providers:
                continue
            number = len(listed) + 1
            listed.append({"number": number, "name": f"{path.stem}.{column.name}", "providers": providers})
            start, stop = column.value
            pieces.append((start, f"if crate::without::is({number}) {{ {column.otherwise} }} else {{ "))
            pieces.append((stop, " }"))
        for place, piece in sorted(pieces, reverse=True):
            text = text[:place] + piece + text[place:]
        # A constant cannot ask at run time.
        rule = r"const (\w+): RevocationRule = (RevocationRule \{.*?\n\});"
        text = re.sub(rule, r"#[allow(non_snake_case)] fn \1() -> RevocationRule { \2 }", text, flags=re.DOTALL)
        altered[path] = re.sub(r"\bREVOCATIONS\b(?!\()", "REVOCATIONS()", text).encode()
    unnamed = "Self(list.iter().filter(|one| !one.1.is_empty()).map("
    replace(altered, str(PROVIDERS / "parameters.rs"), re.escape("Self(list.iter().map("), unnamed)
    replace(altered, "Cargo.toml", r"^\[\[test\]\](?s:.*)(?=^\[lints\.rust\])", TEST)
    altered[Path("src/lib.rs")] += SWITCH.encode()
    altered[Path("columns.json")] = json.dumps(listed).encode()
    return altered, listed


def main() -> int:
    """Every column is missed, or the status says so."""
    altered, listed = switched(sources(NEEDED))
    stamp, made_of = HERE / "missed", fingerprint(altered, Path(__file__))
    before = stamp.read_text().splitlines() if stamp.exists() else []
    if before[:1] == [made_of]:
        print(*before[1:], "columns: nothing has changed since", sep="\n")
        return 0
    stamp.unlink(missing_ok=True)
    tree = HERE / "tree"
    lay(tree, altered)
    ran = cargo_test(tree, "--test", "columns", "--", "--nocapture")
    lines = [line for line in ran.stdout.splitlines() if re.match(r"(not )?ok ", line)]
    print(*lines, sep="\n")
    if ran.returncode or not lines:
        print(ran.stderr[-5000:])
        print("not ok columns")
        return 1
    stamp.write_text("\n".join([made_of, *lines]))
    print(f"columns: all {len(listed)} are missed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
