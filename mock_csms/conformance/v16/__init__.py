"""The checks of OCPP 1.6: a file for each subject, and the occasions that exercise them."""
