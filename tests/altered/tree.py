"""A copy of the core in which something is altered, built with the dependencies that the tests have."""

import hashlib
import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

Sources = dict[Path, bytes]


def sources(needed: Sequence[str]) -> Sources:
    """What the copy is made of, by the place below the root."""
    places = [ROOT / one for one in needed]
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()]
    relative = [file.relative_to(ROOT) for file in files]
    # What other tools keep beside the sources (`.mypy_cache`) changes when nothing has changed.
    unwanted = {"target", "node_modules"}
    kept = [file for file in relative if not any(part in unwanted or part[0] in "._" for part in file.parts)]
    found = {file: (ROOT / file).read_bytes() for file in kept}
    # The libraries of other languages are not linked, and never lie where the real ones are looked for.
    replace(found, "Cargo.toml", r"^crate-type = .*$", 'crate-type = ["lib"]')
    return found


def replace(found: Sources, file: str, pattern: str, new: str) -> None:
    """Replaces what stands in one file, exactly once."""
    text, places = re.subn(pattern, lambda _: new, found[Path(file)].decode(), flags=re.MULTILINE)
    if places != 1:
        raise SystemExit(f"{file}: the place to alter stands there {places} times, not once: {pattern}")
    found[Path(file)] = text.encode()


def fingerprint(found: Sources, *scripts: Path) -> str:
    """Everything that decides what comes out."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for script in scripts:
        digest.update(script.read_bytes())
    for path, text in sorted(found.items()):
        digest.update(f"{path}\0{len(text)}\0".encode())
        digest.update(text)
    return digest.hexdigest()


def lay(tree: Path, found: Sources) -> None:
    """Makes the tree hold these sources and nothing else; what did not change keeps its time, so that cargo builds only
    what is altered.
    """
    for old in [path for path in tree.rglob("*") if path.is_file() and path.relative_to(tree) not in found]:
        old.unlink()
    for path, text in found.items():
        goal = tree / path
        if not goal.exists() or goal.read_bytes() != text:
            goal.parent.mkdir(parents=True, exist_ok=True)
            goal.write_bytes(text)
    # Copies share cargo's folder, where the core of each has the same name: that of another one must not pass for ours.
    (tree / "src/lib.rs").touch()


def cargo_test(tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Tests in the copy."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / "target")}
    command = ["cargo", "test", "--quiet", "--package", "exeunt", *arguments]
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
