"""The README's Python example runs as it is printed."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[3] / "README.md"


def test_the_readmes_python_example_runs_as_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    found = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    exec(compile(found.group(1), str(README), "exec"), {})  # noqa: S102 - our own text
    assert "Ended" in capsys.readouterr().out
