"""The facts about a station that only the checks of OCPP 2.x need, beyond its twin: one file for each subject."""
