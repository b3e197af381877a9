"""Names that results may have."""

from hypothesis import strategies as st


def names():
    """Texts that are printable, without blanks around them."""
    texts = st.text(st.characters(codec="utf-8"), max_size=8)
    return texts.filter(lambda text: text.isprintable() and text == text.strip())
