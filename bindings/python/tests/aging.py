"""Lets time pass for a store: the core's clock is the system's, so what is stored grows older instead."""

from cases.scripted_host import Store
from exeunt import Change, Entry, Secret, SessionStore

CLAIM_LAPSES = 61
"""Seconds after which what a dead runner had in hand may be taken over."""


def time_passes(store: SessionStore, seconds: int) -> None:
    keys = store.keys("exeunt.")
    values = store.read(keys)
    aged = Store({key: value.reveal() for key, value in zip(keys, values, strict=True) if value is not None}, {})
    aged.time_passes(seconds)
    store.commit(Change(write=tuple(Entry(key=key, value=Secret(text)) for key, text in aged.entries.items())))
