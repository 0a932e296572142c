"""Runs the language-neutral cases of `tests/cases` through the typed API of this package."""

from cases.decode import CaseError
from cases.runner import Mismatch, load, planted, run

__all__ = ["CaseError", "Mismatch", "load", "planted", "run"]
