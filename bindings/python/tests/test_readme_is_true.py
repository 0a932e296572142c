"""The README's Python blocks run as they are printed, one after the other as one program."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[3] / "README.md"


def test_the_readmes_python_blocks_run_as_they_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    said: list[str] = []
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)  # noqa: S102 - our own text
        said.append(capsys.readouterr().out)
    assert "Ended" in said[0]
    assert "prompt" in said[1]
    assert "SIGNED_OUT" in said[1]
