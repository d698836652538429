"""Measures the speed of the mock as ratios to other programs on the same machine: `python -m benchmarks`."""
