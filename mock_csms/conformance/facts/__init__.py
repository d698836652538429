"""What checks know of one station beside its twin: a record for each subject, in one for the whole station."""
