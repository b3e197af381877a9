"""The step loop, written from calls: their order, barriers of threads, and unknown names."""

import ast

import pytest

from spikesim.codegen.loop import loop_source
from spikesim.codegen.step import Call, Stage

CALLS = [
    Call(Stage.SEND, "m:send", "spikes, n, a", "events +="),
    Call(Stage.UPDATE, "m:update", "step, a, n", "n =", "update_0"),
    Call(Stage.SPIKED, "m:spiked", "n, b", first_thread=True),
    Call(Stage.ARRIVE, "m:second", "ring, b"),
    Call(Stage.CURRENT, "m:current", "current, a"),
    Call(Stage.ARRIVE, "m:third", "ring, a"),
]


def step(calls=CALLS, threads=False, full=()):
    """The lines of one step."""
    text = loop_source(calls, ["a", "b"], full, threads=threads)
    ast.parse(text)
    lines = [line.strip() for line in text.splitlines()]
    return lines[lines.index("while step < stop:") + 1 :]


def places(lines, *parts):
    return [next(k for k, line in enumerate(lines) if part in line) for part in parts]


def test_calls_are_in_the_order_of_stages_and_then_in_their_own():
    order = places(
        step(), "second(", "third(", "current(", "update_0(", "record_spikes(", "spiked(",
        "record_states(", "send(", "total += n",
    )  # fmt: skip
    assert order == sorted(order)


def test_only_the_first_thread():
    lines = step()
    assert lines[places(lines, "spiked(")[0] - 1] == "if thread == 0:"


@pytest.mark.parametrize(("reads", "meetings"), [(False, 2), (True, 3)])
def test_threads_meet_before_neurons_change_what_others_read(reads, meetings):
    calls = [*CALLS, Call(Stage.LINK, "m:link", "state, a", reads_others=reads)]
    assert sum("wait_for_threads(" in line for line in step(calls)) == 0
    lines = step(calls, threads=True)
    assert sum("wait_for_threads(" in line for line in lines) == meetings
    link, update = places(lines, "link(", "update_0(")
    assert any("wait_for_threads(" in line for line in lines[link:update]) == reads


def test_conditions_that_hand_back_to_python():
    assert "if recorded + spikes.size > record.spike_step.size or a.full[0] > 0:" in step(
        full=["a.full[0] > 0"]
    )


def test_names_that_the_loop_does_not_have():
    with pytest.raises(ValueError, match=r"m:wrong is called with 'gaps', which is no bundle"):
        step([*CALLS, Call(Stage.SEND, "m:wrong", "step, gaps")])


def test_two_bundles_of_one_name():
    with pytest.raises(ValueError, match="two parts have arguments named 'gaps'"):
        loop_source([], ["gaps", "noises", "gaps"], [], threads=False)
