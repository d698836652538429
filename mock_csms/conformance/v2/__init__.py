"""The checks of OCPP 2.x: a file for each subject, and the occasions that exercise them."""
