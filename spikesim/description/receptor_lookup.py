"""Determine the receptor at which a projection or an input acts."""

from __future__ import annotations

from spikesim.description.populations import View
from spikesim.equations.receptor_inputs import alike, shared_transmitters
from spikesim.errors import ValidationError, unknown_name
from spikesim.neurons import Neuron


def find_receptor(target: View, receptor: str | None, transmitter: str | None, owner: str) -> str:
    """Determine the receptor input of the target: a receptor, or a transmitter that several bind.

    It is the named one, the one that binds the transmitter, or the only one.
    """
    model = target.population.model
    assert isinstance(model, Neuron)
    names = list(model.receptors)
    shared = shared_transmitters(model.receptors)
    if receptor is not None:
        ports = [*names, *shared]
        if not isinstance(receptor, str) or receptor not in ports:
            raise unknown_name(receptor, ports, "receptor", owner)
        bound = receptor if receptor in shared else model.receptors[receptor].transmitter
        if transmitter and bound and bound != transmitter:
            raise ValidationError(
                f"{receptor!r} of {target.name!r} binds {bound}, but the source releases "
                f"{transmitter} (Dale's principle)", "receptor", owner,
            )  # fmt: skip
        _check_alike(model, target, receptor, owner)
        return receptor
    if transmitter in shared:
        _check_alike(model, target, transmitter, owner)
        return transmitter
    binding = [n for n in names if transmitter and model.receptors[n].transmitter == transmitter]
    free = [n for n in names if not transmitter or model.receptors[n].transmitter is None]
    if len(binding) == 1:
        return binding[0]
    if len(names) == len(free) == 1:
        return names[0]
    if names and not free:
        bound = ", ".join(f"{n!r} binds {model.receptors[n].transmitter}" for n in names)
        raise ValidationError(
            f"the source releases {transmitter}, and no receptor of {target.name!r} binds that: "
            f"{bound}", "receptor", owner,
        )  # fmt: skip
    if not names:
        raise ValidationError(
            f"{target.name!r} has no receptors; give its model some, such as receptors={{'exc': "
            "ExpCurrent()}", "receptor", owner,
        )  # fmt: skip
    raise ValidationError(
        f"{target.name!r} has the receptors {', '.join(map(repr, names))}; pass {_choice(free)}",
        "receptor", owner,
    )  # fmt: skip


def _check_alike(model: Neuron, target: View, port: str, owner: str) -> None:
    """Raise if a weight has different meanings for the receptors that bind a transmitter."""
    names = shared_transmitters(model.receptors).get(port, [port])
    if alike(model.receptors[n] for n in names):
        return
    units = [f"{n!r} takes {model.receptors[n].weight_unit}" for n in names]
    if len({model.receptors[n].weight_unit for n in names}) == 1:
        units = [f"{n!r} has a {'signed' if model.receptors[n].signed else 'unsigned'} weight"
                 for n in names]  # fmt: skip
    raise ValidationError(
        f"{port} binds to several receptors of {target.name!r} whose weights do not mean the same: "
        f"{', '.join(units)}; pass {_choice(names)}", "receptor", owner,
    )  # fmt: skip


def _choice(names: list[str]) -> str:
    return " or ".join(f"receptor={name!r}" for name in names)
