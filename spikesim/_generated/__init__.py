"""The package of the modules that `spikesim.codegen.modules` makes in memory."""

__path__: list[str] = []  # type: ignore[no-redef]
