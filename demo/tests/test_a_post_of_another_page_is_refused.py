import pytest

from demo.tests.conftest import Meet, Stage

FORM = '<form method="post" action="{}"><button id="go">Win a prize</button></form>'


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/sign-out/here", "/proof/start"])
def test_a_post_of_another_page_is_refused(stage: Stage, meet: Meet, path: str) -> None:
    alice = meet(stage)
    alice.sign_in("Alice")
    before = stage.sessions()

    # The provider's port is another origin on the same machine: the worst neighbour that a cookie can have.
    alice.page.route(
        "**/prize", lambda route: route.fulfill(content_type="text/html", body=FORM.format(stage.rp + path))
    )
    alice.page.goto(f"{stage.provider.issuer}/prize")
    with alice.page.expect_navigation() as answer:
        alice.page.click("#go")
    assert answer.value is not None
    assert answer.value.status == 403
    assert stage.sessions() == before


def test_so_is_one_that_does_not_say_where_it_comes_from(stage: Stage, meet: Meet) -> None:
    alice = meet(stage)
    alice.sign_in("Alice")
    before = stage.sessions()
    assert alice.page.request.post(stage.rp + "/sign-out/here").status == 403
    assert stage.sessions() == before
