"""The Python blocks of both READMEs run as they are printed, one after the other as one program."""

import re
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from exeunt import Doubt, Matched, Reply, Unconfirmed

README = Path(__file__).parents[3] / "README.md"
OWN = Path(__file__).parents[1] / "README.md"


def blocks(readme: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)


def test_the_readmes_python_blocks_run_as_they_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    names: dict[str, object] = {}
    for block in blocks(README):
        exec(compile(block, str(README), "exec"), names)  # noqa: S102 - our own text
        said.append(capsys.readouterr().out)
    assert "Ended" in said[0]
    assert "prompt" in said[1]
    assert "SIGNED_OUT" in said[1]


def test_the_back_end_of_the_wheels_readme_runs_as_it_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    leaving, returning = blocks(OWN)
    names: dict[str, Any] = {"session_id": "4b1f"}
    exec(compile(leaving, str(OWN), "exec"), names)  # noqa: S102 - our own text
    reply: Reply = names["reply"]
    headers = {header.name.lower(): header.value.reveal() for header in reply.headers}
    assert reply.status == 303
    (state,) = parse_qs(urlsplit(headers["location"]).query)["state"]
    names["request_url"] = f"https://app.example.com/bye?state={state}"
    names["cookie_header"] = headers["set-cookie"].partition(";")[0]
    exec(compile(returning, str(OWN), "exec"), names)  # noqa: S102 - our own text
    completion = names["completion"]
    assert isinstance(completion, Matched)
    assert completion.outcome.provider == Unconfirmed(Doubt.RETURNED_WITH_STATE)
    with closing(names["client"].store), names["client"]:
        pass  # the app of the README lives on
