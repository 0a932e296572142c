"""Text that is never shown."""

import hmac
import re
from typing import NoReturn, final

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@final
class Secret:
    """A text that prints as ``***``: a token, a hint, an address with a query, a stored value.

    It compares and hashes by its value, cannot be changed, and refuses to be pickled: where it has to travel, take
    the value out with `reveal` and protect it yourself.
    """

    __slots__ = ("_Secret__value",)
    __value: str

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError(f"a Secret is made of str, not {type(value).__name__}")
        if not is_unicode(value):
            raise ValueError("a Secret must be text that UTF-8 can carry; this one holds a lone surrogate")
        object.__setattr__(self, "_Secret__value", value)

    def reveal(self) -> str:
        """Give the text itself. The name marks the places to look at in a review."""
        return self.__value

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __format__(self, format_spec: str) -> str:
        return format("***", format_spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.__value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a Secret cannot be changed")

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret is not pickled: it would be stored in clear; reveal() and protect it yourself")


def is_unicode(text: str) -> bool:
    """Tell whether UTF-8 can carry this text: Python's own may hold lone surrogates, the core's cannot."""
    return text.isascii() or _LONE_SURROGATE.search(text) is None


def mended(text: str) -> str:
    """Write U+FFFD for what UTF-8 cannot carry: nothing that the core ever made or accepts holds one."""
    return _LONE_SURROGATE.sub("\ufffd", text)
