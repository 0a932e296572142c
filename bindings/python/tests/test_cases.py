"""Every language runs the same cases and finds the same."""

from typing import Any

import pytest
from cases import CaseError, Mismatch, load, planted, run

CASES = load()
PLANTED = planted()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case_holds(case: dict[str, Any]) -> None:
    run(case)


@pytest.mark.parametrize("case", PLANTED, ids=lambda case: case["name"])
def test_planted_case_fails(case: dict[str, Any]) -> None:
    with pytest.raises((Mismatch, CaseError)):
        run(case)


def test_three_expectations_are_planted() -> None:
    assert len(PLANTED) == 3


def test_case_names_are_unique() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)
