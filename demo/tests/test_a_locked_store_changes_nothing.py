import sqlite3
from contextlib import closing

from demo.tests.conftest import Meet, Stage


def test_a_locked_store_changes_nothing(stage: Stage, meet: Meet) -> None:
    alice = meet(stage)
    alice.sign_in("Alice")
    before = stage.sessions()

    with closing(sqlite3.connect(stage.backend.store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with alice.page.expect_navigation() as answer:
            alice.page.click("#sign-out")
        assert answer.value is not None
        assert answer.value.status == 503
        assert "Nothing was changed" in alice.page.inner_text("main")
        other.execute("ROLLBACK")

    assert stage.sessions() == before
    alice.open()
    alice.at_home("Hello, Alice")
