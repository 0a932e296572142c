#!/usr/bin/env bash
# Signs a real user out of a real provider, with proof; from any directory.
#   ANSWER=yes|no   what Alice says when the provider asks (default yes)
#   SERVE=1         leaves provider and back end running for a person
# Ends with 0 only if everything turned out as expected. Nothing outside loopback is contacted once all is installed.
source "$(dirname "${BASH_SOURCE[0]}")/prepare.sh"
prepare_python
prepare_wheel
prepare_provider
exec env ANSWER="${ANSWER:-yes}" SERVE="${SERVE:-0}" "$venv/bin/python" -m demo.play
