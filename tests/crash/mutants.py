#!/usr/bin/env python3
"""Takes one rule out of the core, in a copy below `build/mutants`, and sees that the crash harness finds violations.

With names of mutants as arguments: only those; else all, each until its first violations. One that was caught in the
same sources before is not built again.
"""

import hashlib
import os
import shutil
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

# As tests/crash/run.sh has it.
BUILD = ["--package", "exeunt", "--no-default-features", "--profile", "crash", "--test", "crash"]


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


def copy(name: str) -> Path:
    """The sources, with one edit."""
    place = MUTANTS / name
    shutil.rmtree(place, ignore_errors=True)
    for needed in NEEDED:
        source, goal = ROOT / needed, place / needed
        goal.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            # Of now: cargo takes older files for what it built last.
            shutil.copytree(source, goal, ignore=shutil.ignore_patterns("target"), copy_function=shutil.copy)
        else:
            shutil.copy(source, goal)
    edit = EDITS[name]
    text = (place / edit.file).read_text()
    if text.count(edit.old) != 1:
        raise SystemExit(f"{name}: the place to edit stands {text.count(edit.old)} times in {edit.file}, not once")
    (place / edit.file).write_text(text.replace(edit.old, edit.new))
    return place


def fingerprint(place: Path) -> str:
    """Everything that decides whether this mutant is caught."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for file in sorted(path for path in place.rglob("*") if path.is_file()):
        digest.update(f"{file.relative_to(place)}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def cargo(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Cargo in the copy; what the mutants have in common is built once."""
    environment = {**os.environ, "CARGO_TARGET_DIR": str(MUTANTS / "target")}
    command = ["cargo", "test", "--quiet", *BUILD, *arguments]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)


def is_caught(name: str, *, first: bool) -> bool:
    """Whether the harness finds something wrong with this mutant; one that cannot be built shows nothing."""
    place = copy(name)
    stamp, sources = MUTANTS / f"{name}.caught", fingerprint(place)
    if first and stamp.exists() and stamp.read_text() == sources:
        print(f"ok mutant {name}: caught before, and nothing has changed", flush=True)
        return True
    stamp.unlink(missing_ok=True)
    built = cargo(place, "--no-run")
    if built.returncode:
        print(built.stderr)
        print(f"not ok mutant {name}: it cannot be built", flush=True)
        return False
    ran = cargo(place, *(["--", "--first"] if first else []))
    lines = ran.stdout.splitlines()
    violations = [line for line in lines if line.startswith("violation: ")]
    print(*violations[: 3 if first else None], *[line for line in lines if line.startswith("crash: ")], sep="\n")
    caught = bool(violations) and ran.returncode != 0
    print(f"{'' if caught else 'not '}ok mutant {name}", flush=True)
    if caught:
        stamp.write_text(sources)
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
