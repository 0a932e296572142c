import httpx

from demo.tests.conftest import Stage


def test_other_hosts_are_refused(stage: Stage) -> None:
    with httpx.Client(trust_env=False) as http:
        answer = http.get(stage.rp + "/", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "evil" not in answer.text


def test_localhost_leads_to_the_public_address(stage: Stage) -> None:
    typed = stage.rp.replace("127.0.0.1", "localhost")
    with httpx.Client(trust_env=False) as http:
        answer = http.get(stage.rp + "/", headers={"Host": typed.removeprefix("http://")})
        posted = http.post(stage.rp + "/sign-out", headers={"Host": typed.removeprefix("http://")})
    assert (answer.status_code, answer.headers["location"]) == (307, stage.rp + "/")
    assert posted.status_code == 421
