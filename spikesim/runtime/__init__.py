"""A plan carried through time, and its state on disk."""
