"""The decorator for cases of OCPP 1.6."""

from functools import partial

from mock_csms.plans.cases import case as case_of_any_version

case = partial(case_of_any_version, versions=("1.6",))
"""Makes a case for stations that speak OCPP 1.6; `requirement` names the sections that decide it."""
