"""Words with one slip of the fingers in them."""

from hypothesis import strategies as st


@st.composite
def misspelt(draw, word, taken=()):
    """`word` with a letter left out, doubled or exchanged, so that it is not one of `taken`."""
    k = draw(st.integers(1 if len(word) > 1 else 0, len(word) - 1))
    slips = [word[:k] + word[k + 1 :], word[: k + 1] + word[k:], word[:k] + "q" + word[k + 1 :]]
    if k + 1 < len(word):
        slips.append(word[:k] + word[k + 1] + word[k] + word[k + 2 :])
    wrong = [slip for slip in slips if slip.isidentifier() and slip not in {*taken, word}]
    return draw(st.sampled_from(wrong or [f"{word}q"]))
