#!/usr/bin/env python3
"""Takes one rule out of the core, in a copy in `build/mutants/tree`, and sees that the crash harness finds violations.

With names of mutants as arguments: only those; else all, each until its first violations. One that was caught in the
same sources before is not built again.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tree import ROOT, Sources, cargo_test, fingerprint, lay, replace, sources

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
        "self.store.commit(joined(joined(run.writing(&next), beside), clear))?",
        "self.store.commit(joined(beside, clear))?",
    ),
    # What another runner works on is taken for nobody's.
    "claim": Edit(
        "src/pending.rs",
        "self.claimed_until.is_some_and(|until| until > now && until <= now.saturating_add(CLAIM + SKEW))",
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


def edited(name: str) -> Sources:
    """The sources with one edit."""
    found = sources(NEEDED)
    edit = EDITS[name]
    replace(found, edit.file, re.escape(edit.old), edit.new)
    return found


def cargo(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The crash harness in the copy."""
    return cargo_test(TREE, "--test", "crash", *arguments)


def is_caught(name: str, *, first: bool) -> bool:
    """Whether the harness finds something wrong with this mutant; one that cannot be built shows nothing."""
    altered = edited(name)
    stamp, made_of = MUTANTS / f"{name}.caught", fingerprint(altered, Path(__file__))
    if first and stamp.exists() and stamp.read_text() == made_of:
        print(f"ok mutant {name}: caught before, and nothing has changed", flush=True)
        return True
    stamp.unlink(missing_ok=True)
    lay(TREE, altered)
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
