"""Users' type checkers know the API: what is right passes, and each mistake is found where it is."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "typing"
OLDEST = "3.10"  # that exeunt runs on
CHECKERS = {
    "mypy": [
        "mypy",
        "--strict",
        "--no-error-summary",
        "--python-version",
        OLDEST,
        "--cache-dir",
        os.devnull,
        "--python-executable",
        sys.executable,
    ],
    "pyright": ["pyright", "--pythonpath", sys.executable],
}


def check(checker: str, file: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a checker as a user does: outside this project, against what is installed."""
    (folder / file).write_text((HERE / file).read_text())
    settings = {"typeCheckingMode": "strict", "pythonVersion": OLDEST}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    command: Sequence[str] = [sys.executable, "-m", *CHECKERS[checker], file]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("checker", CHECKERS)
def test_right_program_passes(checker: str, tmp_path: Path) -> None:
    found = check(checker, "user.py", tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("checker", CHECKERS)
def test_every_mistake_is_found_on_its_line(checker: str, tmp_path: Path) -> None:
    found = check(checker, "mistakes.py", tmp_path)
    lines = {int(number) for number in re.findall(r"mistakes\.py:(\d+)(?::\d+)?(?: -|:) error", found.stdout)}
    source = (HERE / "mistakes.py").read_text().splitlines()
    wanted = {number for number, line in enumerate(source, 1) if "# mistake" in line}
    assert wanted <= lines, found.stdout
    also = {source[number - 1].split()[0] for number in lines - wanted}
    assert also <= {"match"}, found.stdout  # pyright names both the match and its function
