"""Learners: each one updates the facts that checks need, beyond the twin, from some of the messages of a station."""
