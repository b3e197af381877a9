"""Trials that try to break spikesim: processes killed, files damaged, arguments that are wrong.

Each trial draws its cases from a seed and returns a `Trial`. Tests run a small part of each;
``python -m benchmarks reliability`` runs them whole and fills docs/reliability.md.
"""
