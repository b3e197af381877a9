"""A model from text and the kernel by hand do the same, so that their times can be compared."""

import pytest

from benchmarks.user_model import CASES, compare, user_model_table


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_both_give_the_same_spikes(name, monkeypatch):
    monkeypatch.setattr("benchmarks.user_model.first_use", lambda name: dict.fromkeys(
        ("first_use_s", "next_process_s"), 0.5))  # fmt: skip
    row = compare(name, n=50, steps=1500, rounds=2)
    assert row["n_spikes"] == row["n_spikes_by_hand"] > 50
    assert row["from_text_ns"] > 0
    assert row["ratio"] > 0
    assert f"| {name} |" in user_model_table({"rows": [row]})
