"""Every language runs the same cases and finds the same."""

from typing import Any

import pytest
from cases import CaseError, Mismatch, load, planted, run

CASES = load()
PLANTED = planted()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case_holds(case: dict[str, Any]) -> None:
    run(case)


FAULTS: dict[str, tuple[type[Exception], str]] = {
    "planted: a wrong value in a result": (Mismatch, r"^step 1, provider: "),
    "planted: a key that should be left is expected to be gone": (Mismatch, r"^keys: \['session:bob:x'\], "),
    "planted: an address that lacks its state": (Mismatch, r"^navigations"),
    "planted: a key that no reader knows": (CaseError, r"^ClientConfig has no colour$"),
    "planted: a key of the expectation that no reader knows": (CaseError, r"^unknown: colour$"),
}


@pytest.mark.parametrize("case", PLANTED, ids=lambda case: case["name"])
def test_planted_case_fails_for_its_fault(case: dict[str, Any]) -> None:
    kind, fault = FAULTS[case["name"]]
    with pytest.raises(kind, match=fault):
        run(case)


def test_every_fault_is_planted() -> None:
    assert [case["name"] for case in PLANTED] == list(FAULTS)


def test_case_names_are_unique() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)
