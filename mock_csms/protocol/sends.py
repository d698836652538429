"""The two message types that are new in OCPP 2.1 (Part 4, 4.2), SEND and CALLRESULTERROR; neither gets an answer."""

from typing import ClassVar

from mock_csms.protocol.messages import Call, Error


class SendMessage(Call):
    """`[6, id, action, payload]`: gets no answer, not even an error, and may be sent while a CALL is open."""

    number: ClassVar[int] = 6


class ResultError(Error):
    """`[5, id, code, description, details]`: refuses the CALLRESULT with that id, because it was wrong."""

    is_answer: ClassVar[bool] = False
    """It ends no call, because the CALLRESULT has ended it before."""
    number: ClassVar[int] = 5
