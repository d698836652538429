"""What checks of OCPP 2.x must know of a station beside its twin: a file for each subject."""
