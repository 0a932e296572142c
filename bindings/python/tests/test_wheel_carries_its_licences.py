"""What was installed carries the text of both licences and the notices of what is linked in, and names them."""

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LICENCES = ["LICENSE-APACHE", "LICENSE-MIT"]
OF_OTHERS = "THIRD-PARTY-LICENSES"


def test_metadata_names_every_licence_file() -> None:
    metadata = distribution("exeunt").metadata
    assert metadata["License-Expression"] == "MIT OR Apache-2.0"
    assert sorted(metadata.get_all("License-File") or []) == [*LICENCES, OF_OTHERS]


@pytest.mark.parametrize("name", LICENCES)
def test_licence_is_installed_as_it_stands_at_the_root(name: str) -> None:
    installed = [path for path in distribution("exeunt").files or [] if path.name == name]
    assert [path.parent.name for path in installed] == ["licenses"]
    assert [path.read_text("utf-8") for path in installed] == [(ROOT / name).read_text("utf-8")]


def notices() -> Path:
    """Where those of the crates were installed."""
    (installed,) = [path for path in distribution("exeunt").files or [] if path.name == OF_OTHERS]
    assert installed.parent.name == "licenses"
    return Path(str(installed.locate()))


def check(file: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "bindings" / "licences" / "notices.py"), "--check", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_notice_of_every_linked_crate_is_installed() -> None:
    checked = check(notices())
    assert checked.returncode == 0, checked.stderr


def without_line(text: str, crate: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(f"{crate} "))


def without_sentence(text: str, sentence: str) -> str:
    assert sentence in text
    return text.replace(sentence, "")


@pytest.mark.parametrize(
    ("crate", "planted"),
    [
        ("uniffi_core", lambda text: without_line(text, "uniffi_core")),
        ("ring", lambda text: without_line(text, "ring")),
        ("subtle", lambda text: without_sentence(text, "Isis Agora Lovecruft")),
        ("uniffi", lambda text: without_sentence(text, "Mozilla Public License Version 2.0")),
    ],
)
def test_notice_that_is_missing_is_found(crate: str, planted: Callable[[str], str], tmp_path: Path) -> None:
    file = tmp_path / OF_OTHERS
    file.write_text(planted(notices().read_text("utf-8")), "utf-8")
    checked = check(file)
    assert checked.returncode == 1
    assert f"\n{crate} " in checked.stderr
