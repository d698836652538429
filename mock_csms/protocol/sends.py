"""The two types of messages that OCPP 2.1 has added (Part 4, 4.2): SEND and CALLRESULTERROR; none is answered."""

from typing import ClassVar

from mock_csms.protocol.messages import Call, Error


class SendMessage(Call):
    """`[6, id, action, payload]`: nobody answers it, not even with an error; it may be sent while a CALL is open."""

    number: ClassVar[int] = 6


class ResultError(Error):
    """`[5, id, code, description, details]`, the refusal of the CALLRESULT with that id: it broke the rules."""

    is_answer: ClassVar[bool] = False
    """It ends no call: the CALLRESULT had ended it before."""
    number: ClassVar[int] = 5
