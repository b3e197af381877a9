"""Options of a run of the experiment, and the presets of the command line."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from spikesim import ValidationError

SIZES = (100, 400, 1600, 6400)
"""Numbers of excitatory neurons in Diehl & Cook (2015)."""

ACTIVATIONS = ("relu", "tanh", "logistic", "identity")
SOLVERS = ("adam", "sgd", "lbfgs")


@dataclass(frozen=True)
class Options:
    """All options that determine the results of a run, except the images themselves.

    Attributes
    ----------
    neurons : tuple of int
        Numbers of excitatory neurons of the spiking network; each size is run.
    seeds : tuple of int
        Each size and the MLP are run once for each seed.
    passes : int
        Number of times the spiking network sees the training images.
    n_train, n_label, n_test : int
        Number of training images; of those among them whose responses are used to label neurons;
        of test images. 0 takes all; for n_label 10,000, or 20 per neuron if that is more.
    faithful : bool
        Use the network of the paper instead of the reduced one.
    hidden : tuple of int
        Sizes of the MLP's hidden layers.
    activation, solver : str
        As in scikit-learn's MLPClassifier.
    epochs : int
        Number of times the MLP sees the training images; maximum iterations for lbfgs.
    held_out : bool
        Test on the last sixth of the training images, which are then not used for training, and
        do not use the test images. This is for choosing hyper-parameters.
    """

    neurons: tuple[int, ...] = (400,)
    seeds: tuple[int, ...] = (1,)
    passes: int = 1
    n_train: int = 0
    n_label: int = 0
    n_test: int = 0
    faithful: bool = False
    hidden: tuple[int, ...] = (300, 100)
    activation: str = "relu"
    solver: str = "adam"
    epochs: int = 8
    held_out: bool = False

    def __post_init__(self) -> None:
        for name, least in (("neurons", 1), ("seeds", 0), ("hidden", 1)):
            values = getattr(self, name)
            if not values or (len(set(values)) < len(values) and name != "hidden"):
                raise _bad(name, "must be one or more different numbers", values)
            if min(values) < least:
                raise _bad(name, f"must be at least {least}", min(values))
        for name, least in (("passes", 1), ("epochs", 1), ("n_train", 0), ("n_label", 0),
                            ("n_test", 0)):  # fmt: skip
            if getattr(self, name) < least:
                raise _bad(name, f"must be at least {least}", getattr(self, name))
        for name, allowed in (("activation", ACTIVATIONS), ("solver", SOLVERS)):
            if getattr(self, name) not in allowed:
                raise _bad(name, f"must be one of {', '.join(allowed)}", getattr(self, name))

    def as_json(self) -> dict[str, Any]:
        """The options as a JSON-compatible dict."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Options:
        """Create options from the result of `as_json`."""
        given: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values.items()
        }
        return cls(**given)

    def differences(self, other: Options) -> list[str]:
        """Names of the options that differ between two runs."""
        return [f.name for f in fields(self) if getattr(self, f.name) != getattr(other, f.name)]


def preset(*, quick: bool = False, full: bool = False, faithful: bool = False) -> dict[str, Any]:
    """Return the options that a preset changes.

    The default takes about two minutes on two cores, ``quick`` less than one; ``full`` uses all
    images and three seeds. The network of the paper takes much more time per image, so that it sees
    all images only with ``full``.
    """
    if quick and full:
        raise ValidationError("--quick and --full exclude each other", None, "mnist")
    if quick:
        chosen = {"n_train": 5_000, "n_test": 2_000, "epochs": 5}
        return chosen | ({"n_train": 500, "n_test": 300} if faithful else {})
    if full:
        return {"seeds": (1, 2, 3), "epochs": 15}
    return {"n_train": 6_000, "n_label": 3_000, "n_test": 1_000} if faithful else {}


def _bad(name: str, rule: str, value: object) -> ValidationError:
    return ValidationError(f"{rule}, got {value!r}", name, "mnist")
