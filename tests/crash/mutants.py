#!/usr/bin/env python3
"""Takes one rule out of the core, in a copy in `build/mutants/tree`, and sees that the crash harness finds violations.

With names of mutants as arguments: only those; else all, each until its first violations. One that was caught in the
same sources before is not built again.
"""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = ROOT / "build" / "mutants"
NEEDED = [
    "Cargo.toml",
    "Cargo.lock",
    "README.md",
    "src",
    "tests/crash",
    "tests/map_store",
    "bindings/bindgen",
    "uniffi.toml",
]

TREE = MUTANTS / "tree"

BUILD = ["--package", "exeunt", "--test", "crash"]
# As tests/crash/run.sh has it. Without it a build is quicker, which counts where each ends at its first violations.
WHOLE = ["--no-default-features", "--profile", "quick"]


class Edit(NamedTuple):
    """What stands in one file, exactly once, and what stands there instead."""

    file: str
    old: str
    new: str


EDITS = {
    # The clear goes without what is written down about it.
    "journal": Edit(
        "src/client/clear.rs",
        "let journal = if run.is_recorded() { joined(run.writing(&next), beside) } else { Change::default() };",
        "let journal = beside;",
    ),
    # What another runner works on is taken for nobody's.
    "claim": Edit(
        "src/pending.rs",
        "self.claimed_until.is_some_and(|until| until > now && until <= now.saturating_add(CLAIM))",
        "self.claimed_until.is_some_and(|until| until > now && until <= now)",
    ),
    # A runner that was taken over goes on writing.
    "owner": Edit(
        "src/client/run.rs",
        "self.lost = stored.record.owner.as_ref() != Some(&self.owner);",
        "self.lost = false;",
    ),
    # What was cleared is said to be gone without a look.
    "read_back": Edit(
        "src/client/clear.rs",
        "let (mut left, mut struck) = (self.look(&leaver), false);",
        "let (mut left, mut struck) = (Ok::<Clearing, HostError>(Clearing::default()), false);",
    ),
    # A refresh is saved whatever happened since its lease was taken.
    "epoch": Edit(
        "src/client/guards.rs",
        "let change = Change { require: require.clone(), write: entries.to_vec(), remove: Vec::new() };",
        "let _ = &require;\n"
        "            let change = Change { require: Vec::new(), write: entries.to_vec(), remove: Vec::new() };",
    ),
    # A sign-in strikes nothing from older records.
    "signed_in": Edit(
        "src/client/signed_in.rs",
        "                stand_down(&mut record, account, authenticated_at);\n",
        "                let _ = (&mut record, stand_down as fn(&mut Record, &str, Option<i64>), authenticated_at);\n",
    ),
}


def write(goal: Path, text: bytes) -> None:
    """Writes what is new; what did not change keeps its time, so that cargo builds only what an edit touches."""
    if not goal.exists() or goal.read_bytes() != text:
        goal.parent.mkdir(parents=True, exist_ok=True)
        goal.write_bytes(text)


def edited(name: str) -> dict[Path, bytes]:
    """The sources below the root, with one edit."""
    places = [ROOT / needed for needed in NEEDED]
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()]
    relative = [file.relative_to(ROOT) for file in files]
    # What other tools keep beside the sources (`.mypy_cache`) changes when nothing has changed.
    kept = [file for file in relative if not any(part == "target" or part[0] in "._" for part in file.parts)]
    found = {file: (ROOT / file).read_bytes() for file in kept}
    edit = EDITS[name]
    text = found[Path(edit.file)].decode()
    if text.count(edit.old) != 1:
        raise SystemExit(f"{name}: the place to edit stands {text.count(edit.old)} times in {edit.file}, not once")
    found[Path(edit.file)] = text.replace(edit.old, edit.new).encode()
    # The libraries of other languages are not linked, and never lie where the real ones are looked for.
    manifest = found[Path("Cargo.toml")].decode()
    lib, lines = re.subn(r"^crate-type = .*$", 'crate-type = ["lib"]', manifest, flags=re.MULTILINE)
    if lines != 1:
        raise SystemExit("Cargo.toml: there is no crate-type to replace")
    found[Path("Cargo.toml")] = lib.encode()
    return found


def lay(sources: dict[Path, bytes]) -> None:
    """Makes the tree hold these sources and nothing else."""
    for old in [path for path in TREE.rglob("*") if path.is_file() and path.relative_to(TREE) not in sources]:
        old.unlink()
    for path, text in sources.items():
        write(TREE / path, text)


def fingerprint(sources: dict[Path, bytes]) -> str:
    """Everything that decides whether this mutant is caught."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path, text in sorted(sources.items()):
        digest.update(f"{path}\0{len(text)}\0".encode())
        digest.update(text)
    return digest.hexdigest()


def cargo(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Cargo in the copy, with the dependencies that the tests have built."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(ROOT / "target")}
    command = ["cargo", "test", "--quiet", *BUILD, *arguments]
    return subprocess.run(command, cwd=TREE, env=environment, capture_output=True, text=True, check=False)


def is_caught(name: str, *, first: bool) -> bool:
    """Whether the harness finds something wrong with this mutant; one that cannot be built shows nothing."""
    sources = edited(name)
    stamp, made_of = MUTANTS / f"{name}.caught", fingerprint(sources)
    if first and stamp.exists() and stamp.read_text() == made_of:
        print(f"ok mutant {name}: caught before, and nothing has changed", flush=True)
        return True
    stamp.unlink(missing_ok=True)
    lay(sources)
    profile = [] if first else WHOLE
    built = cargo(*profile, "--no-run")
    if built.returncode:
        print(built.stderr)
        print(f"not ok mutant {name}: it cannot be built", flush=True)
        return False
    ran = cargo(*profile, *(["--", "--first"] if first else []))
    lines = ran.stdout.splitlines()
    violations = [line for line in lines if line.startswith("violation: ")]
    print(*violations[: 3 if first else None], *[line for line in lines if line.startswith("crash: ")], sep="\n")
    caught = bool(violations) and ran.returncode != 0
    print(f"{'' if caught else 'not '}ok mutant {name}", flush=True)
    if caught:
        stamp.write_text(made_of)
    return caught


def main() -> int:
    """Every mutant is caught, or the status says so."""
    names = sys.argv[1:] or list(EDITS)
    unknown = [name for name in names if name not in EDITS]
    if unknown:
        print(f"no such mutant: {', '.join(unknown)}; there are {', '.join(EDITS)}")
        return 1
    caught = [is_caught(name, first=not sys.argv[1:]) for name in names]
    return 0 if all(caught) else 1


if __name__ == "__main__":
    sys.exit(main())
