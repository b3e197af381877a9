"""Run a plan: step loop, threads, recording and checkpoints."""
