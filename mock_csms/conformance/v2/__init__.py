"""The checks of OCPP 2.x: a file for each subject, and what exercises them."""
