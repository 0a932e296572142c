"""What was installed carries the text of both licences, and names them."""

from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LICENCES = ["LICENSE-APACHE", "LICENSE-MIT"]


def test_metadata_names_both_licences() -> None:
    metadata = distribution("exeunt").metadata
    assert metadata["License-Expression"] == "MIT OR Apache-2.0"
    assert sorted(metadata.get_all("License-File") or []) == LICENCES


@pytest.mark.parametrize("name", LICENCES)
def test_licence_is_installed_as_it_stands_at_the_root(name: str) -> None:
    installed = [path for path in distribution("exeunt").files or [] if path.name == name]
    assert [path.parent.name for path in installed] == ["licenses"]
    assert [path.read_text("utf-8") for path in installed] == [(ROOT / name).read_text("utf-8")]
