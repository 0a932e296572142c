import httpx

from demo.tests.conftest import Stage


def test_other_hosts_are_refused(stage: Stage) -> None:
    with httpx.Client(trust_env=False) as http:
        answer = http.get(stage.rp + "/", headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "evil" not in answer.text
