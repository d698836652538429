"""The facts about a station that only the checks of OCPP 1.6 need, beyond its twin: one file for each subject."""
