"""What all tests share."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the number of cases that held, to be compared with the other languages'."""
    passed = terminalreporter.stats.get("passed", [])
    held = sum("test_case_holds" in report.nodeid for report in passed)
    terminalreporter.write_line(f"python: {held} cases")
