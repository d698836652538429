"""How fast the mock is, as ratios to what does the same work on the same machine: `python -m benchmarks`."""
