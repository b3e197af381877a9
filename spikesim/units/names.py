"""Validation of names of populations, projections, receptors and other objects."""

from __future__ import annotations

import unicodedata
from typing import Any

from spikesim.errors import ValidationError

LONGEST = 255
"""Largest number of characters in a name."""


def check_name(name: Any, attribute: str | None, obj: object) -> str:
    """Validate a name that is displayed, and stored in files.

    It has 1 to 255 printable characters, without leading or trailing spaces. Spaces within, dots,
    arrows and letters of all languages are allowed.

    Raises
    ------
    ValidationError
        If it is not such a text.
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
    """Validate a text that is displayed: printable, possibly empty or of several lines.

    Raises
    ------
    ValidationError
        If it is not text, or has characters that are not printable.
    """
    if not isinstance(text, str):
        raise ValidationError(f"must be a text, got {_shown(text)}", attribute, obj)
    if not all(line.isprintable() for line in text.splitlines()):
        raise ValidationError(
            f"must have printable characters only, got {_shown(text)}", attribute, obj
        )
    return text


def check_identifier(name: Any, attribute: str | None, obj: object) -> str:
    """Validate a name that may occur in expressions: a Python identifier.

    Raises
    ------
    ValidationError
        If it is not an identifier, or Python normalises it to another one (micro sign).
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
