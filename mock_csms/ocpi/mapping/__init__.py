"""Makes objects of OCPI from what stations have told, and commands of OCPP from those of OCPI. Pure.

Only the folders of versions (`v16/`, `v2/`) name actions and properties of OCPP.
"""
