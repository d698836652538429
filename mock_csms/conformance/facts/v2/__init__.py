"""What the checks of OCPP 2.x must know about a station beyond its twin: one file for each subject."""
