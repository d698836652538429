"""What is learned of a station for the checks, beside its twin: who learns what from which message."""
