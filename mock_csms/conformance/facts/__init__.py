"""The facts that checks know about one station beyond its twin: a record per subject, all of them in one record."""
