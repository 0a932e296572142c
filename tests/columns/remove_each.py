#!/usr/bin/env python3
"""Takes each column of each provider's row away, so that the row has the default there, and sees that its cases fail.

Columns are the members of a row, those of its rule for revocations, and each of its parameters. Only a case of this
very provider counts; where several share a function, each of them that does not set the column itself has to miss it.
One that no case misses is either not tested or says what the default says anyway. Works on a copy below `target`, and
shares the build folder. With names of files in src/provider as arguments: only those.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPY = ROOT / "target" / "columns"
NOT_ROWS = {"mod", "parameters", "allow_list"}
# Functions from which several rows take their columns; of the file of no provider only these count.
SHARED = {
    "entra.family": ["entra", "azure_b2c", "entra_external_id"],
    "entra.parameters": ["entra", "entra_external_id"],
    "entra.parameters_with_client": ["ad_fs", "azure_b2c"],
    "row.without_sign_out": ["apple", "discord", "github", "google", "slack"],
}
NEEDED = ["Cargo.toml", "Cargo.lock", "README.md", "src", "tests", "bindings/bindgen", "uniffi.toml"]
TESTS = ["--test", "behaviours"]
# Of all behaviours the copy holds only this one, which is built in a third of the time.
CASES = """#![allow(missing_docs, dead_code, unreachable_pub)]
mod cases;
mod scripted;
#[path = "../map_store/mod.rs"]
mod map_store;
"""


def block_end(text: str, start: int) -> int:
    """The place of the brace that closes the one at `start`."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise ValueError("a brace is never closed")


def members(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Spans of what stands between the commas of one block, nested ones left whole."""
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
            yield begin, at + 1
            begin = at + 1
        at += 1


def columns(text: str) -> Iterator[tuple[str, int, int]]:
    """Name and span of every column that a row of this file sets, where the rest comes from another row."""
    for found in re.finditer(r"\(Carries::(\w+), \"[^\"]*\"\),", text):
        yield f"parameters.{found.group(1)}", found.start(), found.end()
    for found in re.finditer(r"\b(?:Row|Self|RevocationRule) \{", text):
        opening = found.end() - 1
        # `-> Row {` begins a function, not a row.
        if text[: found.start()].rstrip().endswith("->"):
            continue
        end = block_end(text, opening)
        if ".." not in text[opening:end]:
            continue
        for start, stop in members(text, opening + 1, end):
            member = re.sub(r"//[^\n]*", "", text[start:stop])
            name = re.match(r"\s*(\w+)\s*[:,]", member)
            if name:
                yield name.group(1), start, stop


def fresh_copy() -> None:
    shutil.rmtree(COPY, ignore_errors=True)
    for name in NEEDED:
        source, goal = ROOT / name, COPY / name
        goal.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            unwanted = shutil.ignore_patterns("node_modules", "target")
            # Of now: cargo takes older files for what it built last.
            shutil.copytree(source, goal, ignore=unwanted, copy_function=shutil.copy)
        else:
            shutil.copy(source, goal)
    (COPY / "tests" / "behaviours" / "main.rs").write_text(CASES)
    manifest = COPY / "Cargo.toml"
    # The libraries of other languages are not linked, and never lie where the real ones are looked for.
    lib, lines = re.subn(r"^crate-type = .*$", 'crate-type = ["lib"]', manifest.read_text(), flags=re.MULTILINE)
    if lines != 1:
        raise SystemExit("Cargo.toml: there is no crate-type to replace")
    manifest.write_text(lib)


def cargo(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / "target")}
    command = ["cargo", "test", "--quiet", "--package", "exeunt", *TESTS, *arguments]
    return subprocess.run(command, cwd=COPY, env=environment, capture_output=True, text=True, check=False)


def users(file: Path, whole: str, column: str, start: int) -> list[str]:
    """The providers whose cases have to miss this column."""
    functions = re.findall(r"\bfn (\w+)", whole[:start])
    shared = SHARED.get(f"{file.stem}.{functions[-1]}") if functions else None
    if shared is None:
        return [] if file.stem == "row" else [file.stem]
    sets = {other: {name for name, *_ in columns((file.parent / f"{other}.rs").read_text())} for other in shared}
    return [other for other in shared if other == file.stem or column not in sets[other]]


def cases_of(provider: str) -> list[str]:
    """How the harness begins the fault of each case of this provider."""
    begun = []
    for file in sorted((COPY / "tests" / "cases").glob("*.json")):
        for case in json.loads(file.read_text()):
            asked = case["given"]["config"]["provider"]
            if provider == (asked if isinstance(asked, str) else next(iter(asked))):
                begun.append(f"tests/cases/{file.name}: {case['name']}: ")
    return begun


def who_misses_nothing(providers: list[str]) -> list[str]:
    """Those of these providers of which no case fails."""
    lines = cargo().stdout.splitlines()
    missed = {one for one in providers if any(line.startswith(tuple(cases_of(one))) for line in lines)}
    return [one for one in providers if one not in missed]


def main() -> int:
    fresh_copy()
    if cargo().returncode:
        print("the tests fail as it is")
        return 1
    tried = 0
    unbuilt: list[str] = []
    missed_by_nobody: list[str] = []
    for file in sorted((COPY / "src" / "provider").glob("*.rs")):
        if file.stem in NOT_ROWS or (sys.argv[1:] and file.stem not in sys.argv[1:]):
            continue
        whole = file.read_text()
        for name, start, stop in list(columns(whole)):
            providers = users(file, whole, name, start)
            if not providers:
                continue
            file.write_text(whole[:start] + whole[stop:])
            tried += 1
            if cargo("--no-run").returncode:
                unbuilt.append(f"{file.stem}.{name}")
            else:
                for provider in who_misses_nothing(providers):
                    missed_by_nobody.append(f"{file.stem}.{name}")
                    print(f"not missed by {provider}: {file.stem}.{name}", flush=True)
            file.write_text(whole)
    print(f"{tried} columns: {len(missed_by_nobody)} that no test misses, {len(unbuilt)} that cannot be taken away")
    print(*unbuilt)
    return 1 if missed_by_nobody or not tried else 0


if __name__ == "__main__":
    sys.exit(main())
