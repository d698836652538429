"""Masking secrets: no text of a secret stays, the mask has the same length, and nothing else changes."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.behavior.redaction import Redactor
from mock_csms.behavior.secret_finder import secrets_in
from mock_csms.behavior.secrets import Secrets
from mock_csms.protocol.masks import is_masked, masked, masked_value
from mock_csms.protocol.messages import Call, Malformed, Result, encode
from mock_csms.twin.events import Failed, Received, Sent

SECRET = "5eCr3t-0123456789"
TEXT = st.text(max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


def set_variables(value: Any, more: Any = None) -> Any:
    """Return a request that sets the password and another variable."""
    names = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    other = {"attributeValue": "30", "component": {"name": "C"}, "variable": {"name": "HeartbeatInterval"}}
    return {"setVariableData": [{"attributeValue": value, **names, "more": more}, other]}


@given(TEXT, VALUES)
def test_only_secrets_are_masked(secret: str, more: Any) -> None:
    """Masking replaces only the secret of a payload, by a mask of the same length."""
    found = Secrets().value(set_variables(secret, more))
    assert found["setVariableData"][0]["attributeValue"] == masked(secret)
    assert len(masked(secret)) == len(secret)
    assert found["setVariableData"][1] == set_variables(secret)["setVariableData"][1]


@given(TEXT, VALUES, st.sampled_from([None, orjson.OPT_INDENT_2]))
def test_frames_and_payloads_agree(secret: str, more: Any, option: int | None) -> None:
    """Masking the frame of an event, compact or indented, gives the same as masking its payload."""
    payload = set_variables(secret, more)
    call = Call("1", "SetVariables", payload)
    text = orjson.dumps([2, "1", "SetVariables", payload], option=option)
    shown = Secrets().event(Received(1.0, "CS-1", text, call, (), None, False, False))
    assert isinstance(shown.message, Call)
    assert orjson.loads(shown.text) == [2, "1", "SetVariables", shown.message.payload]


@given(TEXT.map(lambda text: f"{SECRET}{text}"), st.data())
def test_frames_that_are_cut(secret: str, data: st.DataObject) -> None:
    """No part of a secret stays in a frame, wherever the frame was cut off."""
    text = encode(Call("1", "SetVariables", set_variables(secret)))
    end = data.draw(st.integers(text.index(b'Value":"') + 9, len(text)))
    shown = Secrets().event(Received(1.0, "CS-1", text[:end], Malformed("not JSON"), (), None, False, True))
    assert SECRET[:3].encode() not in shown.text


@given(st.integers(2, len(SECRET)))
def test_commands_that_a_fault_cuts(size: int) -> None:
    """If a fault cuts a frame within a secret, the rest of the secret is masked, as the whole message is known."""
    call = Call("1", "DataTransfer", {"vendorId": "v", "data": {"password": SECRET}})
    text = encode(call)
    text = text[: text.index(SECRET.encode()) + size]
    shown = Secrets().event(Sent(1.0, "CS-1", text, call, (), None, "", "DataTransfer.command truncate"))
    assert SECRET[:3].encode() not in shown.text


MENTIONS = ["{} here", "'{}'", "x{}x", "{}…", '"{}"', '{{"a": "is {}"}}']


@pytest.mark.parametrize("mention", MENTIONS)
@pytest.mark.parametrize("secret", [SECRET, "a b;c\\d\"e'f", "Grün-0123456789", "abc12-"])
def test_repetitions(mention: str, secret: str) -> None:
    """After a secret appeared under its key, it is masked everywhere, also where JSON escapes it."""
    secrets = Secrets()
    secrets.value({"password": secret})
    said = mention.format(orjson.dumps(secret).decode()[1:-1] if '"' in mention else secret)
    if mention.startswith("x") and len(secret) < 12:
        return  # short secrets are only masked as whole words
    result = secrets.event(Failed(1.0, "CS-1", said)).problem
    assert secret not in result
    assert len(result) == len(said) or '"' in mention


def test_write_only_variables() -> None:
    """After a report calls a variable WriteOnly, its values are masked, in any spelling; others are not."""
    secrets = Secrets()
    names = {"component": {"name": "Vendor"}, "variable": {"name": "Thing"}}
    item = {"attributeValue": "some value", "component": {"name": "VENDOR"}, "variable": {"name": "thing"}}
    assert secrets.value(item) == item
    secrets.value({**names, "variableAttribute": [{"mutability": "WriteOnly"}]})
    assert secrets.value(item)["attributeValue"] == "****?*****"
    other = {**item, "variable": {"name": "other"}, "attributeValue": "another"}
    assert secrets.value(other) == other


PLAIN = [
    "the password is no passwordString: it has 3 characters, or some that are not allowed",
    "HTTP Basic authentication is needed",
    "on ws://127.0.0.1:9000, --seed 1",
    "ws://127.0.0.1:9000/CS-1@home",
    "the Authorization header is not Basic",
    "Authorize[idToken.idToken=TAG]*2@CS-*",
    "SetVariables.command[setVariableData.0.attributeValue=30]",
    '{"key": "HeartbeatInterval", "keyHash": "ab", "publicKey": "cd"}',
]


NAMED = ["/CS-1%3Ftoken={}", "/CS-1#token={}", "<password>{}</password>", "<v:apiKey>{}<", "login: password: {}"]


@pytest.mark.parametrize("form", NAMED)
def test_values_with_a_name(form: str) -> None:
    """A value is masked if its name says that it is a secret, in each of these forms."""
    assert Secrets().words(form.format(SECRET)) == form.format(masked(SECRET))


@pytest.mark.parametrize("text", PLAIN)
def test_other_texts_stay(text: str) -> None:
    """Texts that only resemble a secret are not changed."""
    assert Secrets().words(text) == text
    assert secrets_in(text) == []


@given(TEXT)
def test_masks_of_masks(text: str) -> None:
    """Masking a mask does not change it, and each mask is recognized as one."""
    assert masked(masked(text)) == masked(text)
    assert is_masked(masked(text)) == ("*" in masked(text))


@pytest.mark.parametrize(
    ("number", "mask"), [(4815, 1111), (-7, -1), (2**63, 10**18 and 1111111111111111111), (True, True)]
)
def test_numbers(number: Any, mask: Any) -> None:
    """A masked number has as many digits as before, and true stays true."""
    assert masked_value(number) == mask


def test_tokens_too() -> None:
    """With a redactor idTokens are masked too, in messages with and without secrets."""
    secrets = Secrets(Redactor())
    assert secrets.value({"password": SECRET, "idToken": "TAG"}) == {"password": masked(SECRET), "idToken": "***"}
    result = Result("1", {"idTokenInfo": {"groupIdToken": {"idToken": "GROUP"}}})
    shown = secrets.event(Sent(1.0, "CS-1", encode(result), result, (), None, "", ""))
    assert b"GROUP" not in shown.text


HOSTILE = ["\\", '"', "'", '"password":', '"password":"', "://", "://a:", "?key", "password=", "a.password=", "&token="]
HOSTILE += [
    "-----BEGIN PRIVATE KEY-----",
    "basic ",
    "Authorization: ",
    "\\u0070",
    '"a":"BasicAuthPassword",',
    "password",
]
HOSTILE += ["password: expected ", "=password", "//a:b", "key ", "[", '{"a":']


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_are_not_slow(piece: str) -> None:
    """Masking a long message ends in time, whatever it contains."""
    text = (piece * 300_000)[:300_000]
    secrets = Secrets()
    secrets.words(text + "password")
    shown = Received(1.0, "CS-1", text.encode(), Malformed("not JSON"), (), None, False, True)
    secrets.event(shown)
    secrets.words(orjson.dumps({"data": text[:500_000]}).decode())


def test_a_text_without_secrets_stays_as_it_is_written() -> None:
    """Secrets are found behind JSON escapes; escapes without a secret stay as they are."""
    text = r'an object has the keys "a" and "\u0061", which are the same'
    assert Secrets().words(text) == text
    assert "Pa55word-1" not in Secrets().words(r'the key "pass\u0077ord": "Pa55word-1"')
