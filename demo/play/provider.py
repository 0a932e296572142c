"""The provider of tests/provider, as a program of its own on loopback."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from exeunt import Secret

PROGRAM = Path(__file__).parents[2] / "tests" / "provider" / "provider.mjs"
PASSWORD = "correct horse"  # noqa: S105 - everybody's, in tests/provider/accounts.mjs


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where it is, and who the back end is there."""

    issuer: str
    client_id: str
    client_secret: Secret
    certificate: Path | None


@contextmanager
def running(rp: str, *options: str) -> Iterator[Provider]:
    """Run the provider for this relying party.

    It ends when its standard input closes: also when this program is killed.
    """
    command = ["node", str(PROGRAM), "--rp", rp, "--until-stdin-closes", *options]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints) as child,  # noqa: S603 - our own program
    ):
        try:
            line = child.stdout.readline() if child.stdout else b""
            if not line:
                complaints.seek(0)
                raise RuntimeError(f"the provider did not start: {complaints.read().decode().strip()}")
            said = json.loads(line)
            yield Provider(
                issuer=said["issuer"],
                client_id=said["client_id"],
                client_secret=Secret(said["client_secret"]),
                certificate=Path(said["certificate"]) if said["certificate"] else None,
            )
        finally:
            child.terminate()
