from pathlib import Path

from demo.play import backend, provider
from demo.tests.conftest import Meet, Person, process


def test_a_killed_back_end_still_matches_the_return(tmp_path: Path, meet: Meet) -> None:
    with backend.free_port() as listening, provider.running(backend.address_of(listening)) as known:
        settings = backend.settings_for(listening, known, tmp_path)
        with process(settings, listening.fileno()) as first:
            alice: Person = meet(settings.public_url)
            alice.sign_in("Alice")
            alice.page.click("#sign-out")
            alice.page.wait_for_selector("#yes")
            first.kill()  # SIGKILL: it has no time for anything

        with process(settings, listening.fileno()):
            alice.page.click("#yes")
            alice.at_home("You are signed out here; at the provider, perhaps")
            assert alice.known() == ("Ended{ReadBack}", "Unconfirmed{ReturnedWithState}")
            alice.page.click("#proof")
            alice.at_home("You are signed out here and at the provider")
