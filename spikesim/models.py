"""The published networks and experiments, in a checkout of the repository.

They lie in the folder ``models`` beside this package, where ``python -m models.mnist`` finds them.
A wheel carries them as ``spikesim/models``, without this file. Here this module stands for that
folder, so that ``import spikesim.models.mnist`` works in an editable installation too.
"""

from pathlib import Path

__path__ = [str(Path(__file__).parents[1] / "models")]
