"""Secrets are taken out of every text, in every form, and comparisons know nothing of it."""

import html
import json
from base64 import b64encode
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.secrets import MASK, Secrets, refuse_half_secret

URL = "wss://user:p%40ss-word@server:8443/live?room=a%20b&token=t0p-secret&Key=1&x=#access_token=fr4gment"


def knowing(*values: str) -> Secrets:
    secrets = Secrets()
    for value in values:
        secrets.add(value)
    return secrets


# Values


def test_nothing_known_changes_nothing() -> None:
    secrets = Secrets()
    assert secrets.mask("text") == "text"
    assert secrets.mask_bytes(b"\xff") == b"\xff"
    secrets.add("")
    assert secrets.mask("text") == "text"


def test_every_occurrence_is_masked() -> None:
    assert knowing("s3cret").mask("a s3cret, s3cret.") == f"a {MASK}, {MASK}."


def test_a_longer_secret_comes_first() -> None:
    assert knowing("abc", "abcdef").mask("abcdef abc") == f"{MASK} {MASK}"


@pytest.mark.parametrize("value", ["secret", "e", "<", "<secret", "ret>"])
def test_masking_twice_is_masking_once(value: str) -> None:
    secrets = knowing(value)
    once = secrets.mask(f"before {value} after")
    assert secrets.mask(once) == once
    assert MASK in once


VALUE = 'p/a "s" (ü\n\\)!'


@pytest.mark.parametrize(
    "written",
    [
        VALUE,
        quote(VALUE),
        quote(VALUE, safe=""),
        quote_plus(VALUE),
        quote(VALUE, safe="!'()*"),
        quote(VALUE, safe="/!()"),
        quote(VALUE, safe="").lower(),
        json.dumps(VALUE),
        json.dumps(VALUE, ensure_ascii=False),
        json.dumps(VALUE).replace("/", "\\/"),
        repr(VALUE),
        repr([VALUE]),
        repr(VALUE.encode()),
        json.dumps(json.dumps(json.dumps(VALUE))),
        html.escape(VALUE),
        VALUE.replace('"', "\\u0022").replace("(", "\\U00000028".lower()),
    ],
)
def test_forms_in_which_a_secret_is_written(written: str) -> None:
    shown = knowing(VALUE).mask(f"<{written}>")
    assert MASK in shown
    assert "p" not in shown
    assert "ü" not in shown


@given(st.text(min_size=1), st.text())
def test_no_form_of_any_secret_is_left(value: str, around: str) -> None:
    secrets = knowing(value)
    in_json = json.dumps(value)[1:-1]
    written = [value, quote(value), quote_plus(value), in_json, in_json.replace("\\u", "\\\\u"), html.escape(value)]
    written += [json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1], repr(value.encode())[2:-1]]
    for form in written:
        assert MASK in secrets.mask(form)
        assert value not in secrets.mask(around + form + around).replace(MASK, "")
    assert secrets.mask_bytes(value.encode("utf-8", "surrogatepass")) == MASK.encode()


def test_bytes() -> None:
    secrets = knowing("pässword")
    assert secrets.mask_bytes("my pässword".encode()) == b"my <secret>"
    assert secrets.mask_bytes(b"\xff\x00pass") == b"\xff\x00pass"


def test_the_start_of_a_text_never_ends_inside_a_secret() -> None:
    secrets = knowing("s3cret-value")
    for length in range(200):
        text = "x" * length + "s3cret-value" + "y" * 300
        for limit in (5, 20, 75):
            start, is_all = secrets.mask_start(text, limit)
            assert len(start) <= limit
            assert not is_all
            assert start == secrets.mask(text)[:limit]


def test_the_start_of_a_text_full_of_secrets_shows_no_part_of_one() -> None:
    secret = "".join(chr(65 + number % 26) for number in range(100))
    secrets = knowing(secret)
    for length in range(100):
        start, is_all = secrets.mask_start("x" * length + secret * 50, 75)
        assert set(start) <= set("x" + MASK)
        assert not is_all


def test_the_start_of_a_short_text_is_all_of_it() -> None:
    assert knowing("s3cret").mask_start("a s3cret", 75) == (f"a {MASK}", True)
    assert Secrets().mask_start("text", 4) == ("text", True)
    assert Secrets().mask_start("text", 3) == ("tex", False)


def test_the_repr_shows_no_value() -> None:
    assert "s3cret" not in repr(knowing("s3cret"))


# URLs


def test_a_url_is_shown_without_userinfo_and_masked_parameters() -> None:
    assert Secrets().mask_url(URL) == (
        f"wss://{MASK}@server:8443/live?room=a%20b&token={MASK}&Key={MASK}&x=#access_token={MASK}"
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://server/path?a=1&b=c d#fragment",
        "http://server/user@home?x=a@b",
        "no url at all",
        "",
        "http://[::1]:80/",
        "http://server/?token",
    ],
)
def test_a_url_without_credentials_is_shown_as_it_is(url: str) -> None:
    assert Secrets().mask_url(url) == url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://u:p@a@server/", f"http://{MASK}@server/"),
        ("http://user:password@[broken/", f"http://{MASK}@[broken/"),
        ("http://token@server/", f"http://{MASK}@server/"),
        ("http://server/?to%6ben=1", f"http://server/?to%6ben={MASK}"),
        ("http://server/?a=1&SIGNATURE=x", f"http://server/?a=1&SIGNATURE={MASK}"),
    ],
)
def test_credentials_in_odd_places(url: str, shown: str) -> None:
    assert Secrets().mask_url(url) == shown


def test_parameters_to_mask_are_settable() -> None:
    secrets = Secrets(["Ticket"])
    assert secrets.mask_url("http://server/?ticket=1234&token=5678") == f"http://server/?ticket={MASK}&token=5678"


def test_credentials_of_a_url_are_masked_wherever_they_are_echoed() -> None:
    secrets = Secrets()
    secrets.add_url(URL)
    basic = b64encode(b"user:p@ss-word").decode()
    for echo in ("p@ss-word", "p%40ss-word", "t0p-secret", f"Basic {basic}", "fr4gment"):
        assert MASK in secrets.mask(f'{{"echo":"{echo}"}}')
    assert secrets.mask("user 1 in room a b") == "user 1 in room a b"


def test_a_token_in_place_of_a_user_is_a_credential() -> None:
    secrets = Secrets()
    secrets.add_url("http://ghp_token@server/")
    assert secrets.mask("ghp_token") == MASK


def test_short_credentials_are_masked_only_where_they_stand() -> None:
    secrets = Secrets()
    secrets.add_url("http://u:pw@server/?key=1")
    assert secrets.mask("1 pw") == "1 pw"


def test_a_url_without_credentials_teaches_nothing() -> None:
    secrets = Secrets()
    secrets.add_url("http://server/path?room=general")
    assert repr(secrets) == "<0 secrets>"


# Headers


def test_credential_headers_are_masked() -> None:
    secrets = knowing("s3cret")
    headers = {"Authorization": "Bearer abc", "COOKIE": "a=b", "X-Trace": "s3cret-1", "Accept": "text/html"}
    assert secrets.mask_headers(headers) == {
        "Authorization": MASK,
        "COOKIE": MASK,
        "X-Trace": f"{MASK}-1",
        "Accept": "text/html",
    }


def test_credential_headers_are_masked_wherever_they_are_echoed() -> None:
    secrets = Secrets()
    secrets.add_headers({"Authorization": "Bearer abcdef", "Cookie": "session=1234", "Accept": "text/html"})
    assert secrets.mask("you sent Bearer abcdef") == f"you sent {MASK}"
    assert secrets.mask("your token abcdef") == f"your token {MASK}"
    assert secrets.mask("session=1234") == MASK
    assert secrets.mask("text/html") == "text/html"


# Half secrets


def test_half_a_secret_is_refused_with_a_hint() -> None:
    with pytest.raises(InvalidArgument) as caught:
        refuse_half_secret("Bearer <secret>", "Header 'Authorization'")
    assert str(caught.value) == (
        "Header 'Authorization' contains the text '<secret>'. Build the whole value as a Secret: "
        "VAR    ${auth: Secret}    Bearer ${token}"
    )
    refuse_half_secret("Bearer secret", "Header 'Authorization'")
