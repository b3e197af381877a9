"""The names that users give to what they make: populations, projections, receptors and others."""

from __future__ import annotations

import unicodedata
from typing import Any

from spikesim.errors import ValidationError

LONGEST = 255
"""Characters of a name; files and draws hold names in full."""


def check_name(name: Any, attribute: str | None, obj: object) -> str:
    """`name`, if it is a text that can be shown, written into files and read back.

    It has 1 to 255 characters, all of them printable, and no blank in front or behind. Blanks
    within, dots, arrows and letters of all languages are allowed.

    Raises
    ------
    ValidationError
        If it is no such text.
    """
    if not isinstance(name, str) or not name:
        raise ValidationError(f"must be a non-empty text, got {_shown(name)}", attribute, obj)
    if len(name) > LONGEST:
        raise ValidationError(
            f"must have at most {LONGEST} characters, got {len(name)}: {_shown(name)}", attribute,
            obj,
        )  # fmt: skip
    if name != name.strip():
        raise ValidationError(
            f"must not begin or end with a blank, got {_shown(name)}", attribute, obj
        )
    if not name.isprintable():
        bad = next(c for c in name if not c.isprintable())
        raise ValidationError(
            f"must have printable characters only, got {_shown(name)} with {bad!r} at place "
            f"{name.index(bad)}", attribute, obj,
        )  # fmt: skip
    return name


def check_label(text: Any, attribute: str, obj: object) -> str:
    """`text`, if it is one that can be shown: printable, of several lines or empty.

    Raises
    ------
    ValidationError
        If it is no text, or has characters that cannot be shown.
    """
    if not isinstance(text, str):
        raise ValidationError(f"must be a text, got {_shown(text)}", attribute, obj)
    if not all(line.isprintable() for line in text.splitlines()):
        raise ValidationError(
            f"must have printable characters only, got {_shown(text)}", attribute, obj
        )
    return text


def check_identifier(name: Any, attribute: str | None, obj: object) -> str:
    """`name`, if expressions can hold it: a name that is a Python identifier too.

    Raises
    ------
    ValidationError
        If it is no such text, or one that Python reads as another one, such as the micro sign.
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise ValidationError(f"names must be identifiers, got {_shown(name)}", attribute, obj)
    read = unicodedata.normalize("NFKC", name)  # as Python's parser does
    if read != name:
        raise ValidationError(
            f"{name!r} is read as {read!r} in expressions; write it so", attribute, obj
        )
    return check_name(name, attribute, obj)


def _shown(name: Any) -> str:
    text = repr(name)
    return text if len(text) <= 60 else f"{text[:57]}..."
