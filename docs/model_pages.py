"""The pages of docs/models: one for each built-in model, made from its declaration.

Also the table of rules in docs/plasticity.md.

``python docs/model_pages.py`` writes them all, with their pictures; ``python docs/model_pages.py
AdEx NMDA`` only some. A test compares the texts with the declarations.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import spikesim as sim
from spikesim import channels, neurons, receptors, synapses
from spikesim.description import inputs
from spikesim.equations.neuron_equations import NeuronEquations, assemble
from spikesim.parameters import Parametrized

ROOT = Path(__file__).resolve().parents[1]
PAGES, PICTURES = ROOT / "docs" / "models", ROOT / "docs" / "images" / "library"
RULES = ROOT / "docs" / "plasticity.md"  # has a table of the rules
CITATION = re.compile(
    r"(?:van )?[A-Z][a-z]+(?:(?:, | & )(?:van )?[A-Z][a-z]+)* (?:et al\. )?(?:19|20)\d\d"
)
KINDS: dict[str, tuple[Any, type]] = {
    "Neurons": (neurons, sim.Neuron),
    "Ion channels": (channels, sim.Channel),
    "Receptors": (receptors, sim.Receptor),
    "Transmitter release": (synapses, synapses.Release),
    "Plasticity rules": (synapses, sim.PlasticityRule),
    "Sources, drives and currents": (sim, inputs.Input),
}
REQUIRED = 10.0  # what a parameter without a default is in examples
# Neurons that are made of parts; the others need nothing.
MADE: dict[str, Callable[[], sim.Neuron]] = {
    "ConductanceNeuron": lambda: sim.ConductanceNeuron(
        channels={
            "leak": sim.Leak(g=10.0, E=-70.0), "Na": sim.NaF(g=5000.0, V_T=-61.5),
            "K": sim.Kdr(g=500.0, V_T=-61.5), "M": sim.KM(g=7.0),
        },
    ),
    "MultiCompartment": lambda: sim.MultiCompartment(
        compartments={
            "soma": sim.Compartment(
                C_m=100.0, channels={"leak": sim.Leak(g=30.0, E=-54.4), "Na": sim.Na(g=12000.0),
                                     "K": sim.K(g=3600.0)},
            ),
            "dend": sim.Compartment(C_m=100.0, channels={"leak": sim.Leak(g=10.0)}),
        },
        axial={("soma", "dend"): 20.0},
    ),
}  # fmt: skip


def models() -> dict[str, list[type]]:
    """The models of each kind, by name."""
    return {
        kind: [
            model for name in sorted(package.__all__, key=str.lower)
            if inspect.isclass(model := getattr(package, name)) and issubclass(model, base)
            and model is not base and model is not sim.Jump  # which is nothing without a neuron
        ]
        for kind, (package, base) in KINDS.items()
    }  # fmt: skip


def example(model: type) -> Any:
    """A model with its defaults, and a value for what has none."""
    if model.__name__ in MADE:
        return MADE[model.__name__]()
    declared = getattr(model, "declared", {})
    missing = {name: REQUIRED for name, p in declared.items() if p.default is None}
    return model(**missing)


def page(model: type) -> str:
    """The text of a model's page."""
    title, _, rest = _text(model).partition("\n")
    parts = [f"# {model.__name__}", title, _as_text(rest), _usage(model)]
    cell = _cell(model)
    if cell is not None:
        parts += [_equations(model, cell), _states(model, cell)]
    parts += [_rule(model), _parameters(model)]
    picture = PICTURES / f"{model.__name__}.png"
    if picture.exists():
        parts.append(f"![{caption(model)}](../images/library/{picture.name})")
    return "\n\n".join(part for part in parts if part) + "\n"


def caption(model: type) -> str:
    """What a model's picture shows."""
    if issubclass(model, sim.Neuron):
        return "Its variables with a steady current, and its spikes"
    if issubclass(model, sim.Receptor):
        return "What spikes do: the current at several holding potentials"
    if issubclass(model, sim.Channel):
        return "Steady states and time constants of its gates, or its current"
    if issubclass(model, synapses.Release):
        return "Responses to a train of spikes and to one after it"
    if issubclass(model, inputs.Source):
        return "Trains of twenty sources, and the intervals between spikes"
    if issubclass(model, inputs.Input):
        return "What it does to a membrane that does not spike"
    if model is sim.SDSP:
        return "The internal variable of some synapses"
    if model is sim.SynapticScaling:
        return "The weight while the postsynaptic neuron fires at several rates"
    if issubclass(model, sim.EProp):
        return "Trials in which a neuron learns to fire when its teacher does"
    if "reward" in getattr(model, "on_event", {}):
        return "How the weight changes with the time between two spikes, if a reward follows"
    return "How the weight changes with the time between two spikes"


def _text(model: type) -> str:
    """What is said of a model: by its module, which may be its own, or by its class."""
    module = inspect.getmodule(model)
    of_class = (inspect.getdoc(model) or "").partition("\nParameters\n")[0].strip()
    of_module = inspect.getdoc(module) or ""
    if any(base.__module__ == model.__module__ for base in model.__mro__[1:]):  # a variant
        of_module = of_class.partition("\n")[0] + "\n" + of_module.partition("\n")[2]
    if issubclass(model, inputs.Input) and (module is inputs or "\n" not in of_module):
        return of_class
    return of_module


def _as_text(rest: str) -> str:
    """A module's docstring: paragraphs as they are, indented equations and code as blocks."""
    parts: list[str] = []
    for block in textwrap.dedent(rest).strip("\n").split("\n\n"):
        if block.startswith("    "):
            code = textwrap.dedent(block)
            if parts and parts[-1].startswith("```python"):  # the next lines of an example
                parts.append(f"{parts.pop().removesuffix('```')}\n{code}\n```")
            else:
                language = "python" if code.startswith("import ") else "text"
                parts.append(f"```{language}\n{code}\n```")
        else:
            parts.append(block)
    return "\n\n".join(parts)


def _usage(model: type) -> str:
    where = f"spikesim.{model.__name__}"
    path = Path(inspect.getfile(model)).relative_to(ROOT)
    return f"`{where}`, in [{path.name}](../../{path.as_posix()})."


def _cell(model: type) -> NeuronEquations | None:
    if issubclass(model, sim.Neuron):
        return assemble(example(model), with_input=True)
    if issubclass(model, sim.Channel):
        return assemble(membrane_with(example(model)), with_input=True)
    if issubclass(model, sim.Receptor):
        neuron: sim.Neuron = sim.LIF(receptors={"r": example(model)})
        return assemble(neuron, with_input=True)
    return None


def membrane_with(channel: sim.Channel) -> sim.Neuron:
    """A membrane with a channel called ``r``, and calcium for it."""
    pool = {} if channel.offers else {"pool": sim.CalciumPool(area=1000.0)}
    return sim.ConductanceNeuron(receptors={}, channels={"r": channel, **pool})


def _equations(model: Any, cell: NeuronEquations) -> str:
    declared = textwrap.dedent(model.equations).strip()
    lines = ["## As it is declared", "```text", declared]
    if issubclass(model, sim.Neuron) and not declared:
        return ""  # made of parts
    if issubclass(model, sim.Neuron):
        lines += [f"spike:   {model.threshold}"]
        reset = model.reset
        if not isinstance(reset, str):
            reset = "; ".join(f"{name} = {text}" for name, text in reset.items())
        lines += [f"reset:   {reset}"] * bool(reset)
        lines += [f"clamped: {', '.join(cell.clamped)}, for t_ref"] * bool(cell.clamped)
        lines += [f"re-arm:  {model.rearm}"] * bool(model.rearm)
    elif issubclass(model, sim.Channel):
        lines += [f"current:  {model.current}"] * bool(model.current)
        lines += [f"offers:   {', '.join(model.offers)}"] * bool(model.offers)
    else:
        gains = (f"{name} += weight * ({text})" for name, text in model.on_spike.items())
        lines += [f"spike:    {'; '.join(gains)}"]
        lines += [f"current:  {model.current}"] * bool(model.current)
    return "\n".join([line for line in lines if line] + ["```", "", _method(model, cell)])


def _method(model: Any, cell: NeuronEquations) -> str:
    own = _own(model, cell)
    exact = [s for s in own if s in cell.system.exact]
    stepped = [s for s in own if s in cell.system.stepped]
    words = {
        "strang": "a symmetric splitting of second order",
        "exponential_euler": "exponential Euler",
        "rk4": "Runge-Kutta of fourth order",
    }
    texts = []
    if exact:
        texts.append(f"{_listed(exact)}: integrated exactly")
    if stepped:
        method = words.get(cell.system.method, cell.system.method)
        texts.append(f"{_listed(stepped)}: {method}")
    if cell.step is not None:
        texts.append(f"{_listed(list(cell.step.returned))}: by a function, `{model.__name__}.step`")
    return ("; ".join(texts) + ".") if texts else ""


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name.removesuffix('_r')}`" for name in names)


def _own(model: Any, cell: NeuronEquations) -> list[str]:
    """Variables of the model itself: not of what it is put into, or of a neuron's parts."""
    if not issubclass(model, sim.Neuron):
        offered = getattr(model, "offers", ())
        return [s for s in cell.states if s.endswith("_r") or s in offered]
    if model.__name__ in MADE:
        return [s for s in cell.states if s.startswith("V_")]
    return [s for s in cell.states if not s.endswith("_current")]


def _states(model: Any, cell: NeuronEquations) -> str:
    own = _own(model, cell)
    rows = [f"| `{s.removesuffix('_r')}` | {cell.units[s]} |" for s in own]
    return "\n".join(["| variable | unit |", "| --- | --- |", *rows]) if rows else ""


def _rule(model: Any) -> str:
    if not issubclass(model, sim.PlasticityRule):
        return ""
    rule = example(model)
    lines = ["## Equations with default parameters", "```text"]
    lines += [line.strip() for line in rule.equations.strip().splitlines()]
    for side, text in (("on_pre: ", rule.on_pre), ("on_post:", rule.on_post)):
        statements = "; ".join(line.strip() for line in text.strip().splitlines())
        lines += [f"{side} {statements}"] * bool(statements)
    lines += [f"every {name}: {text}" for name, text in rule.on_interval.items()]
    words = (
        "If weights must be non-negative (the source declares its transmitter, or the receptor is\n"
        "a conductance), they are clipped at "
        + ("`max(0, w_min)`." if "w_min" in model.declared else "0.")
    )
    return "\n".join([*lines, "```", "", words])


def _parameters(model: Any) -> str:
    if issubclass(model, inputs.Input):
        return _arguments(model)
    if not issubclass(model, Parametrized):
        return ""
    rows = []
    for name, p in model.declared.items():
        default = "required" if p.default is None else f"{p.default:g}"
        bound = issubclass(model, sim.PlasticityRule) and name in ("w_min", "w_max")
        unit = "that of the weight" if bound else p.unit
        rows.append(f"| `{name}` | {default} | {unit} | {p.allowed} | {p.doc} |")
    head = ["## Parameters", "| name | default | unit | allowed | meaning |"]
    return "\n".join([*head, "| --- | ---: | --- | --- | --- |", *rows]) if rows else ""


def _arguments(model: type) -> str:
    """The parameters that a docstring tells."""
    text = (inspect.getdoc(model) or "").partition("\nParameters\n----------\n")[2]
    told = re.findall(r"^(\S.*?) : (.+)\n((?:    .*\n?)+)", text, re.MULTILINE)
    defaults = inspect.signature(model).parameters
    rows = []
    for names, kind, meaning in told:
        for name in names.split(", "):
            default = defaults[name].default
            shown = "required" if default is inspect.Parameter.empty else f"`{default}`"
            kind_of = kind.removesuffix(", optional")
            rows.append(f"| `{name}` | {shown} | {kind_of} | {' '.join(meaning.split())} |")
    assert {row.split("`")[1] for row in rows} == set(defaults), f"{model.__name__}: docstring"
    head = ["## Parameters", "| name | default | kind | meaning |", "| --- | ---: | --- | --- |"]
    return "\n".join([*head, *rows])


def index() -> str:
    """The text of the page that lists all."""
    lines = [
        "# Models",
        "",
        "Built-in models. `python -m docs.model_pages` writes a page for each of them, from its",
        "declaration. [Extending](../extending.md) shows how to write one of your own.",
    ]
    for kind, members in models().items():
        lines += ["", f"## {kind}"]
        for model in members:
            title = _text(model).partition("\n")[0]
            lines.append(f"- [{model.__name__}]({model.__name__}.md): {title}")
    return "\n".join(lines) + "\n"


def rules_table() -> str:
    """The table of all plasticity rules in docs/plasticity.md."""
    rows = []
    for model in models()["Plasticity rules"]:
        title, _, rest = _text(model).partition("\n")
        rule = example(model)
        form = rule.form()
        signals = [f"`{name}_pre`" for name in form.pre.read]
        signals += [f"`{name}_post`" for name in form.post.read]
        signals += [f"`{name}`" for name in form.modulators]
        cells = [
            f"[{model.__name__}](models/{model.__name__}.md)",
            title.removesuffix("."),
            "; ".join(dict.fromkeys(CITATION.findall(" ".join(f"{title} {rest}".split())))),
            ", ".join(["spikes", *signals]),
            ", ".join(f"`{name}`" for name in form.variables),
            f"{(8 if rule.is_stepped and form.evolves else 4) * len(form.variables)}",
            re.findall(r"^method: (\w+)$", rule.explain(), re.MULTILINE)[0],
        ]
        rows.append(f"| {' | '.join(cells)} |")
    head = "| rule | what it is | source | reads | variables of a synapse | bytes | method |"
    return "\n".join([head, "| --- | --- | --- | --- | --- | ---: | --- |", *rows])


def write(names: list[str]) -> None:
    """Write pages and pictures, of all models or of some."""
    from benchmarks.readme import fill
    from docs.model_pictures import picture

    PAGES.mkdir(exist_ok=True)
    PICTURES.mkdir(exist_ok=True)
    for members in models().values():
        for model in members:
            if not names or model.__name__ in names:
                print(model.__name__, file=sys.stderr)
                picture(model, PICTURES / f"{model.__name__}.png")
                (PAGES / f"{model.__name__}.md").write_text(page(model))
    (PAGES / "README.md").write_text(index())
    fill(RULES, "rules", rules_table())


if __name__ == "__main__":
    os.environ["MPLBACKEND"] = "Agg"
    sys.path.insert(0, str(ROOT))
    write(sys.argv[1:])
