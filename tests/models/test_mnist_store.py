"""The checkpoint folder: what was committed is what comes back."""

from __future__ import annotations

import numpy as np
import pytest

from models.mnist.store import Store
from spikesim import ValidationError


def test_arrays_and_progress_come_back(tmp_path):
    store = Store(tmp_path / "new" / "folder")
    assert store.progress() is None
    name = store.put("counts", counts=np.arange(5, dtype=np.uint8))
    store.commit({"done": 3, "file": name}, [name])
    again = Store(tmp_path / "new" / "folder")
    assert again.progress() == {"done": 3, "file": name}
    np.testing.assert_array_equal(again.get(name)["counts"], np.arange(5))


def test_commit_drops_what_does_not_count_any_more(tmp_path):
    store = Store(tmp_path)
    old, new = store.put("a", x=np.zeros(1)), store.put("a", x=np.ones(1))
    store.commit({}, [new])
    assert [path.name for path in tmp_path.glob("*.npz")] == [new]
    assert old != new


def test_a_kill_before_the_commit_leaves_the_old_state(tmp_path):
    store = Store(tmp_path)
    first = store.put("state", x=np.array([1]))
    store.commit({"state": first}, [first])
    store.put("state", x=np.array([2]))
    (tmp_path / "progress.new").write_text("{half")
    again = Store(tmp_path)
    assert again.progress() == {"state": first}
    assert again.get(first)["x"] == 1
    # Names are not used twice, not even those of files that never counted.
    assert again.put("state", x=np.array([3])) not in {first, "state-000002.npz"}


def test_damaged_files_are_named(tmp_path):
    store = Store(tmp_path)
    name = store.put("a", x=np.zeros(9))
    path = store.path(name)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ValidationError, match="cannot read"):
        store.get(name)
    (tmp_path / "progress.json").write_text("{")
    with pytest.raises(ValidationError, match="no record of progress"):
        store.progress()
