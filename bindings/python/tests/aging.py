"""Lets time pass for a store: the core's clock is the system's, so what is stored grows older instead."""

import re

from cases.scripted_host import Store
from exeunt import Change, Entry, Secret, SessionStore

CLAIM_LAPSES = 61
"""Seconds after which what a dead runner had in hand may be taken over."""


def time_passes(store: SessionStore, seconds: int) -> None:
    """Age the records, and the index of a server, whose keys hold times."""
    keys = store.keys("exeunt.")
    values = store.read(keys)
    aged = Store({key: value.reveal() for key, value in zip(keys, values, strict=True) if value is not None}, {})
    aged.time_passes(seconds)

    def earlier(found: re.Match[str]) -> str:
        return f"{int(found[0]) - seconds:012}"

    entries = {re.sub(r"(?<=^exeunt\.(?:due|old)\.)\d{12}", earlier, key): text for key, text in aged.entries.items()}
    write = tuple(Entry(key=key, value=Secret(text)) for key, text in entries.items())
    store.commit(Change(write=write, remove=tuple(set(keys) - entries.keys())))
