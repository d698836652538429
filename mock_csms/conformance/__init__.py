"""Finds what a station does wrong: the checks, the facts that they need, and the inspector that runs them."""
