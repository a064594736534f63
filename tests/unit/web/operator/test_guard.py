"""Who is let in: the token, sessions made from it, and how often one may try."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.web.operator.guard import COOKIE, SESSION, LoginResult, OperatorGuard
from tests.support.site import StillClock

TOKEN = "correct horse battery"


def bearer(token):
    return {"authorization": f"Bearer {token}"}


def logged_in(guard):
    verdict, session = guard.log_in(TOKEN, "127.0.0.1")
    assert verdict is LoginResult.YES
    return session


def test_the_token_lets_in_and_nothing_else_does():
    guard = OperatorGuard(TOKEN, StillClock())

    assert guard.allows(bearer(TOKEN), {})
    assert guard.allows({"authorization": f"bearer  {TOKEN} "}, {})
    for headers in (
        {},
        bearer(""),
        bearer("wrong"),
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": TOKEN},
    ):
        assert not guard.allows(headers, {})
    assert guard.log_in("wrong", "127.0.0.1") == (LoginResult.NO, "")


def test_a_session_holds_until_it_expires_and_across_a_restart():
    clock = StillClock()
    cookies = {COOKIE: logged_in(OperatorGuard(TOKEN, clock))}
    restarted = OperatorGuard(TOKEN, clock)

    assert restarted.allows({}, cookies)
    clock.at += SESSION - timedelta(seconds=1)
    assert restarted.allows({}, cookies)
    clock.at += timedelta(seconds=1)
    assert not restarted.allows({}, cookies)


def test_a_session_dies_with_the_token_and_with_a_logout():
    clock = StillClock()
    guard = OperatorGuard(TOKEN, clock)
    first, second = logged_in(guard), logged_in(guard)
    guard.log_out(first)

    assert first != second
    assert not guard.allows({}, {COOKIE: first})
    assert guard.allows({}, {COOKIE: second})
    assert not OperatorGuard("another token, as long", clock).allows({}, {COOKIE: second})
    assert TOKEN not in second


@given(st.text(max_size=80))
def test_no_other_text_is_a_session(text):
    assert not OperatorGuard(TOKEN, StillClock()).allows({}, {COOKIE: text})


@given(st.data())
def test_a_session_with_any_character_changed_is_none(data):
    guard = OperatorGuard(TOKEN, StillClock())
    session = logged_in(guard)
    place = data.draw(st.integers(0, len(session) - 1))
    others = st.characters(codec="ascii").filter(lambda letter: letter != session[place])
    changed = session[:place] + data.draw(others) + session[place + 1 :]

    assert not guard.allows({}, {COOKIE: changed})


def test_after_ten_failed_tries_none_is_looked_at_for_a_minute():
    clock = StillClock()
    guard = OperatorGuard(TOKEN, clock)
    session = logged_in(guard)
    for _ in range(10):
        assert guard.judge_request(bearer("wrong"), {}, "192.0.2.1") is LoginResult.NO
        clock.at += timedelta(seconds=1)

    assert guard.judge_request(bearer(TOKEN), {}, "192.0.2.1") is LoginResult.LATER
    assert guard.log_in(TOKEN, "192.0.2.1") == (LoginResult.LATER, "")
    assert guard.find_wait_s("192.0.2.1") == 50
    assert guard.judge_request({}, {COOKIE: session}, "192.0.2.1") is LoginResult.YES, (
        "who is in stays in"
    )
    assert guard.judge_request(bearer(TOKEN), {}, "192.0.2.2") is LoginResult.YES, (
        "others are not locked out"
    )
    clock.at += timedelta(seconds=50)
    assert guard.judge_request(bearer(TOKEN), {}, "192.0.2.1") is LoginResult.YES


def test_wrong_tokens_of_all_addresses_are_bounded_and_the_right_one_still_opens():
    clock = StillClock()
    guard = OperatorGuard(TOKEN, clock)
    verdicts = [guard.judge_request(bearer("x"), {}, f"192.0.2.{n}") for n in range(200)]

    assert verdicts == [LoginResult.NO] * 100 + [LoginResult.LATER] * 100
    assert guard.find_wait_s("198.51.100.1") == 60
    assert guard.judge_request(bearer(TOKEN), {}, "198.51.100.1") is LoginResult.YES
    assert guard.log_in(TOKEN, "198.51.100.2")[0] is LoginResult.YES
    clock.at += timedelta(minutes=1)
    assert guard.judge_request(bearer("x"), {}, "192.0.2.1") is LoginResult.NO


@pytest.mark.parametrize(("other", "limited"), [("2001:db8::2", True), ("2001:db8:0:1::1", False)])
def test_a_network_of_ipv6_is_one_address(other, limited):
    guard = OperatorGuard(TOKEN, StillClock())
    for _ in range(10):
        guard.log_in("wrong", "2001:db8::1")

    assert bool(guard.find_wait_s(other)) is limited


def test_a_form_is_of_one_session_and_one_action():
    guard = OperatorGuard(TOKEN, StillClock())
    first, second = logged_in(guard), logged_in(guard)
    given_token = guard.make_form_token(first, "pause")

    assert guard.check_form(first, "pause", given_token)
    assert not guard.check_form(first, "resume", given_token)
    assert not guard.check_form(second, "pause", given_token)
    assert not guard.check_form(first, "pause", "жоқ")
