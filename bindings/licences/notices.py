#!/usr/bin/env python3
"""Writes, or checks, the notices of everything besides exeunt that is linked into the native library.

notices.py FILE writes them: each licence text once, under the crates that carry it. notices.py --check FILE fails, and
names what is missing, where FILE lacks the notice of a crate. Both ask cargo what is linked for this machine with the
features of wheel and jar, and read the texts in the crates' own sources.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RULER = "=" * 100 + "\n"
OPENING = """exeunt's native library contains the software named here, under the licences that follow it.
Its source code is to be had at the address beside it.
"""
IS_NOTICE = re.compile(r"(licen[cs]e|unlicense|copying|copyright|notice)", re.IGNORECASE)
IS_CODE = {".rs", ".toml"}
# The texts for packages that name their licence and do not hold it.
KEPT = {"MPL-2.0": HERE / "MPL-2.0"}


@dataclass(frozen=True)
class Crate:
    """One linked crate and its texts."""

    line: str
    texts: tuple[str, ...]


def _said(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout  # noqa: S603 - ours


def _texts(package: dict[str, Any]) -> tuple[str, ...]:
    folder = Path(package["manifest_path"]).parent
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and IS_NOTICE.match(path.name)]
    found = [path for path in files if path.suffix not in IS_CODE]
    if not found and package["license"] in KEPT:
        found = [KEPT[package["license"]]]
    if not found:
        sys.exit(f"notices: {package['name']} {package['version']} holds no text of its licence, {package['license']}")
    return tuple(path.read_text("utf-8") for path in found)


def linked() -> list[Crate]:
    """Every crate that is linked in, by name; what only runs while compiling is not."""
    host = re.search(r"^host: (\S+)$", _said("rustc", "-vV"), re.MULTILINE)
    if host is None:
        sys.exit("notices: rustc does not name this machine")
    edges = ("--edges", "normal,no-proc-macro", "--target", host[1])
    tree = _said("cargo", "tree", "--locked", "--package", "exeunt", *edges, "--prefix", "none", "--format", "{p}")
    used = {(name, version.removeprefix("v")) for name, version, *_ in map(str.split, tree.splitlines())}
    metadata = json.loads(_said("cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", host[1]))
    packages = {(one["name"], one["version"]): one for one in metadata["packages"]}
    crates = []
    for name, version in sorted(one for one in used if one[0] != "exeunt"):
        package = packages[name, version]
        line = f"{name} {version} ({package['license']}), https://crates.io/crates/{name}/{version}"
        crates.append(Crate(line, _texts(package)))
    return crates


def _even(text: str) -> str:
    return " ".join(text.split())


def written(crates: list[Crate]) -> str:
    """Give the notices, each text once: texts that differ in white space only are the same."""
    under: dict[str, tuple[str, list[str]]] = {}
    for crate in crates:
        for text in crate.texts:
            lines = under.setdefault(_even(text), (text, []))[1]
            if crate.line not in lines:
                lines.append(crate.line)
    parts = ("\n".join(lines) + "\n\n" + text.strip("\r\n") + "\n" for text, lines in under.values())
    return RULER.join([OPENING, *parts])


def missing(crates: list[Crate], notices: str) -> list[str]:
    """Name the crates of which a text is not there, or not under their name."""
    parts = [(set(part.splitlines()), _even(part)) for part in notices.split(RULER)]

    def is_there(crate: Crate, text: str) -> bool:
        return any(crate.line in lines and _even(text) in part for lines, part in parts)

    return [crate.line for crate in crates if not all(is_there(crate, text) for text in crate.texts)]


def main(arguments: list[str]) -> None:
    """Do what the arguments say."""
    match arguments:
        case ["--check", file]:
            crates = linked()
            if lacking := missing(crates, Path(file).read_text("utf-8")):
                sys.exit("notices: not in " + file + ":\n" + "\n".join(lacking))
            sys.stdout.write(f"notices: all of {len(crates)} crates are in {file}\n")
        case [file] if not file.startswith("-"):
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).write_text(written(linked()), "utf-8")
        case _:
            sys.exit("usage: notices.py [--check] FILE")


if __name__ == "__main__":
    main(sys.argv[1:])
