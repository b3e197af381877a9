"""The package of the modules that `spikesim.build.modules` makes in memory."""

__path__: list[str] = []  # type: ignore[no-redef]
