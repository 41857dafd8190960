"""Ids in posts: found in links only where the place says what they are, and hidden wherever they may be a person's."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms import find_bare_ids, find_links, load, mask_ids
from bot.platforms.decoding import Decoded

PLATFORMS = load()
RID = "A1EXAMPLE2REQ3"
GID = "3EXAMPLEGROUPID00000000000SYN0"
TID = "3EXAMPLETASKID000000000000SYN1"
STUDY = "0000000000000000000e1a3b"
LONG = "A0EXAMPLE2REQ3LONG456"  # 21 characters

# Texts out of which the strange ones are put together: parts of addresses, escapes and noise.
parts = st.sampled_from(
    [
        RID, GID, STUDY, "https://", "worker.mturk.com", "/requesters/", "/projects/", "&amp;", "%5B", "%255D", "%",
        "?requesterId=", "turkopticon.net/", "@", ".", "-", "_", " ", "\n", "(at)", "[dot]", "example.org", "+", "555",
        "0123", "12", "А", "Ａ", "\u200b", "\ud800", "\x00", "é", "[", "]", "a1b2", "[id hidden]", "hidden", "TP_", "&",
    ]
)  # fmt: skip
strange = st.one_of(st.text(max_size=200), st.lists(parts, max_size=25).map("".join))


def keys(text):
    return [(link.platform, link.account_key, link.task_key) for link in find_links(text, PLATFORMS)]


# ------------------------------------------------------------------------------------------------ links


@pytest.mark.parametrize(
    "text",
    [
        f"https://worker.mturk.com/requesters/{RID}/projects",
        f"https://worker.mturk.com/requesters/{RID}/projects?page_size=20&sort=x",
        f"worker.mturk.com/requesters/{RID}",
        f"(https://worker.mturk.com/requesters/{RID}/projects)",
        f'[url="https://worker.mturk.com/requesters/{RID}/projects"]Example Research Lab[/url]',
        f"https://worker.mturk.com/requesters/{RID.lower()}/projects",
        f"HTTPS://Worker.MTurk.com/requesters/{RID}/projects",
        f"https://worker.mturk.com/requesters{RID}/projects",  # a lost slash
        f"taskshttps://worker.mturk.com/requesters/{RID}/projects",  # a lost bullet
        f"https%3A%2F%2Fworker.mturk.com%2Frequesters%2F{RID}%2Fprojects",
        f"https%253A%252F%252Fworker.mturk.com%252Frequesters%252F{RID}",
        f"https&#58;&#x2f;&#x2f;worker.mturk.com/requesters/{RID}",
        f"https://worker.mturk.com/contact_requester/hit_type_messages/new?hit_type_message[hit_type_id]=YOURMTURKHIT&hit_type_message[requester_id]={RID}",
        f"https://worker.mturk.com/contact_requester/hit_type_messages/new?hit_type_message%5Bhit_type_id%5D=X&amp;hit_type_message%5Brequester_id%5D={RID}",
        f"https://worker.mturk.com/contact_requester/hit_type_messages/new?hit_type_message%255Bhit_type_id%255D=X&amp;amp;hit_type_message%255Brequester_id%255D={RID}&hit_type_message[subject]=a",
        f"https://worker.mturk.com/contact_requester/assignment_messages/new?assignment_message[assignment_id]={TID}&assignment_message[requester_id]={RID}",
        f"https://www.mturk.com/mturk/searchbar?requesterId={RID}",
        f"www.mturk.com/mturk/searchbar?selectedSearchType=hitgroups&amp;requesterId={RID}",
        f"https://www.mturk.com/mturk/contact?requesterId={RID}",
        f"https://turkopticon.ucsd.edu/{RID}",
        f"https://turkopticon.ucsd.edu/reports?id={RID}",
        f"https://turkopticon.net/{RID}",
        f"https://turkopticon.net/attrs/{RID}",
        f"https://turkopticon.net/aves/{RID}",
        f"https://turkopticon.net/report?requester[amzn_id]={RID}&requester[amzn_name]=Example",
        f"https://turkopticon.net/report?requester%5Bamzn_id%5D={RID}",
        f"https://turkopticon.info/requesters/{RID}",
        f"https://turkopticon.info/reviews/new?rid={RID}&name=Example",
        f"https://turkerview.com/requesters/{RID}",
        f"https://turkerview.com/requesters/{RID}/reviews/rejected/",
        f"https://turkerview.com/requesters/{RID}}}",  # a stray brace
        f"https://turkerview.com/requesters/{RID}}}/reviews",
        f"https://turkerview.com/requesters/{{{RID}}}",  # a template that was not filled in whole
        f"https://turkerview.com/requesters/%7B{RID}%7D",
        f"https://worker.mturk.com//requesters/{RID}/projects",
        f"https://worker.mturk.com/requester/{RID}",
        f"https://worker.mturk.com/projects?filters%5Brequester_id%5D={RID}",
        f"https://worker.mturk.com/?requester_id={RID}",
        f"https://www.mturk.com/mturk/searchbar;jsessionid=1?requesterId={RID}",
        f"https://worker.mturk.com/contact\\_requester/hit\\_type\\_messages/new?hit\\_type\\_message\\[requester\\_id\\]={RID}",
        f"https://worker.mturk.com/contact\\_requester/hit\\_type\\_messages/new?x%5Brequester\\_id%5D={RID}",
        f"https:\\/\\/worker.mturk.com\\/requesters\\/{RID}\\/projects",
        f"https://worker.mturk.com/requesters/\u200b{RID}/projects",
        f"hxxps://worker.mturk[.]com/requesters/{RID}",
        f"https://turkopticon.ucsd.edu/main/php_search?field=id&query={RID}",
        f"http://turkopticon.differenceengines.com/{RID}",  # where it began
        f"https://www.google.com/url?q=https%3A%2F%2Fworker.mturk.com%2Frequesters%2F{RID}%2Fprojects&sa=D",
        f"https://out.reddit.com/t3_abc?url=https%3A%2F%2Fworker.mturk.com%2Frequesters%2F{RID}&token=x",
        f"https://l.facebook.com/l.php?u=https%253A%252F%252Fturkopticon.ucsd.edu%252F{RID}",
        f"https://href.li/?https://worker.mturk.com/requesters/{RID}/projects",
        f"https://forum.example.org/proxy.php?link=https%3A%2F%2Fworker.mturk.com%2Frequesters%2F{RID}&hash=1",
        f"http://web.archive.org/web/20180101000000/https://turkopticon.ucsd.edu/{RID}",
    ],
)
def test_an_address_of_a_requester_gives_the_account(text):
    assert keys(text) == [("mturk", RID, None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"https://worker.mturk.com/projects/{GID}/tasks?ref=w_pl_prvw", ("mturk", None, GID)),
        (f"https://worker.mturk.com/projects/{GID}/tasks/accept_random", ("mturk", None, GID)),
        (f"https://worker.mturk.com/projects/{GID}/tasks/{TID}?assignment_id={TID}", ("mturk", None, GID)),
        (f"https://www.mturk.com/mturk/preview?groupId={GID}", ("mturk", None, GID)),
        (f"https://www.mturk.com/mturk/previewandaccept?x=1&amp;groupId={GID}", ("mturk", None, GID)),
        (f"https://worker.mturk.com/projects{GID}/tasks", ("mturk", None, GID)),  # a lost slash
        (f"https://app.prolific.com/studies/{STUDY}", ("prolific", None, STUDY)),
        (f"https://www.prolific.ac/studies/{STUDY}", ("prolific", None, STUDY)),
        (f"https://app.prolific.co/studies/{STUDY.upper()}/start", ("prolific", None, STUDY)),
        ("https://connect.cloudresearch.com/participant/project/0E1A2B3C4D/complete", ("connect", None, "0e1a2b3c4d")),
        (
            f"https://connect.cloudresearch.com/participant/project/{'0e1a' * 8}",
            ("connect", None, "0e1a" * 8),
        ),
        ("https://toloka.yandex.com/task/1234567?refUuid=1", ("toloka", None, "1234567")),
        ("https://workplace.clickworker.com/en/clickworker/jobs/128767/edit", ("clickworker", None, "128767")),
    ],
)
def test_an_address_of_a_task_gives_the_task(text, expected):
    assert keys(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        f"https://workersandbox.mturk.com/requesters/{RID}/projects",
        f"https://requestersandbox.mturk.com/requesters/{RID}",
        "https://sandbox.toloka.yandex.com/task/1234567",
        f"https://notmturk.com/requesters/{RID}",
        f"https://mturk.com.example.org/requesters/{RID}",
        f"https://worker.mturk.com@example.org/requesters/{RID}",
        f"https://example.org/requesters/{RID}",
        f"https://turkopticon.net/by/{RID}",
        "https://turkopticon.net/by/12345",
        f"https://worker.mturk.com/dashboard?workerId={RID}",
        f"https://example.org/survey?workerId={RID}&hitId={GID}",
        "https://turkopticon.net/announcements",
        "https://turkopticon.net/faq/index.html",
        "https://turkerview.com/users/?user=12345",
        "https://worker.mturk.com/requesters/A1/projects",
        f"https://worker.mturk.com/requesters/{RID}WAYTOOLONGFORANID",
        f"https://worker.mturk.com/status_details/2026-01-02 {RID}",
        "https://ns4t.net/aaaa1",
        "https://app.prolific.com/submissions/complete?cc=C0DEEXAMPLE",
        f"my worker id is {RID}",
        RID,
        "",
    ],
)
def test_anything_else_is_no_requester(text):
    assert keys(text) == []


def test_an_id_without_a_digit_counts_inside_a_link_if_it_is_in_capitals():
    assert keys("https://worker.mturk.com/requesters/AWXYZEXAMPLEQ/projects") == [("mturk", "AWXYZEXAMPLEQ", None)]
    assert keys(f"https://worker.mturk.com/requesters/{LONG}/projects") == [("mturk", LONG, None)]


def test_a_pasted_export_gives_each_link_in_order_and_its_place():
    text = (
        f"Title: Label 10 short reviews • https://worker.mturk.com/projects/{GID}/tasks\r\n"
        f"Requester: Example Research Lab • https://worker.mturk.com/requesters/{RID}/projects\n"
        f"TO [Pay=4.10] • https://turkopticon.ucsd.edu/{RID}"
    )

    links = find_links(text, PLATFORMS)

    assert [(link.account_key, link.task_key) for link in links] == [(None, GID), (RID, None), (RID, None)]
    assert all(text[link.start : link.end] == link.text for link in links)
    assert links[1].text == f"https://worker.mturk.com/requesters/{RID}/projects"


def test_a_link_within_a_link_is_one_link():
    text = f"https://worker.mturk.com/requesters/{RID}/projects?next=https://turkopticon.net/{LONG}"

    assert keys(text) == [("mturk", RID, None)]


def test_the_place_of_an_escaped_link_is_that_in_the_original_text():
    text = f"caf\u00e9 &amp;amp; see &lt;https%3A%2F%2Fworker.mturk.com%2Frequesters%2F{RID}&gt; there"

    (link,) = find_links(text, PLATFORMS)

    assert link.text == f"https%3A%2F%2Fworker.mturk.com%2Frequesters%2F{RID}"
    assert text[link.start : link.end] == link.text


@given(strange)
def test_finding_never_fails_and_every_place_is_right(text):
    links, bare = find_links(text, PLATFORMS), find_bare_ids(text, PLATFORMS)

    for found in (*links, *bare):
        assert 0 <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.text
    assert all(a.end <= b.start for a, b in pairwise(links))
    assert all(link.account_key or link.task_key for link in links)


@given(st.text(alphabet="&%#x;25ampltqu0 \\_[.]\u200b", max_size=60))
def test_decoding_keeps_the_order_of_places(text):
    decoded = Decoded(text)

    places = [decoded.origin(i) for i in range(len(decoded.text) + 1)]
    assert places == sorted(places)
    assert places[0] == 0 or text[0] == "\u200b"  # which is left out
    assert places[-1] == len(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a &amp;amp; b", "a & b"),
        ("%2541", "A"),
        ("&amp;lt;", "<"),
        ("&requester_id=", "&requester_id="),  # `&reg` without a semicolon is not a sign
        ("100% sure", "100% sure"),
        ("%FF%00", "%FF%00"),
        ("&#99999999;", "&#99999999;"),
        ("&#1114112;", "\ufffd"),
        (r"requester\_id\[\]", "requester_id[]"),
        (r"C:\new", r"C:\new"),
        ("mturk[.]com [..]", "mturk.com [..]"),
        ("a\u200bb\u2060c", "abc"),
    ],
)
def test_escapes_are_undone_twice_and_only_where_they_are_escapes(text, plain):
    assert Decoded(text).text == plain


# --------------------------------------------------------------------------------------------- bare ids


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        (f"avoid {RID}!", ("requester", "worker")),
        (f"Example Lab [{RID}] rejected all", ("requester", "worker")),
        (f"My Worker ID is {RID}", ("worker",)),
        (f"worker id: {RID}", ("worker",)),
        (f"https://example.org/?workerId={RID}", ("worker",)),
        (f"Requester ID: {RID}", ("requester",)),
        (f"requesterId={RID}", ("requester",)),
    ],
)
def test_a_bare_id_is_ambiguous_unless_the_words_before_it_say_whose_it_is(text, may_be):
    (bare,) = find_bare_ids(text, PLATFORMS)

    assert (bare.platform, bare.key, bare.may_be) == ("mturk", RID, may_be)
    assert bare.ambiguous == (len(may_be) > 1)


@pytest.mark.parametrize(
    "text",
    ["ADMINISTRATION", "ACCOUNTABILITY", f"x{RID}", f"{RID}x", "A1B2", "anthropology101", "0E1A2B3C4D", "1234567"],
)
def test_words_and_numbers_are_no_bare_ids(text):
    assert find_bare_ids(text, PLATFORMS) == ()


def test_long_ids_say_what_they_may_be():
    group, study = find_bare_ids(f"{GID} and {STUDY}", PLATFORMS)

    assert (group.platform, group.may_be[0], group.ambiguous) == ("mturk", "group", True)
    assert (study.platform, "worker" in study.may_be) == ("prolific", True)


def test_an_id_inside_a_link_is_not_bare():
    text = f"https://worker.mturk.com/requesters/{RID}/projects and {LONG}"

    assert [bare.key for bare in find_bare_ids(text, PLATFORMS)] == [LONG]


# ---------------------------------------------------------------------------------------------- masking


@pytest.mark.parametrize(
    "private",
    [
        RID,
        RID.lower(),
        "a1Example2Req3",
        LONG,
        "A1EX-AMPLE-2REQ-3",
        "A1EX_AMPLE.2REQ3",
        "A1EXAM\u200bPLE2\u2060REQ3",
        "\u0410" + RID[1:],  # a Cyrillic A
        "\uff21\uff11" + RID[2:],  # full-width
        GID,
        STUDY,
        "TP_abcd1234",
        "0e1a2b3c-0000-4000-8000-0123456789ab",
        "someone@example.org",
        "some.one+tag@mail.example.co.uk",
        "someone (at) example (dot) org",
        "someone[AT]example.org",
        "555-555-0123",
        "(555) 555-0123",
        "+49 30 5550 1234",
        "5555550123",
        "123456789012345678",
    ],
)
def test_what_may_be_a_persons_is_hidden(private):
    shown = mask_ids(f"from {private}, please")

    assert shown.startswith("from ")
    assert shown.endswith(", please")
    assert "hidden]" in shown
    assert private.strip("(+") not in shown
    assert private[3:10] not in shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "27/30 rejected, 1,204 done, $37.50 lost on 2026-10-31 14:30",
        "ADMINISTRATION and ACCOUNTABILITY",
        "Anthropology101 by Example Research Lab",
        "reddit.com/r/mturk/any_100_rejections_by_them",
        "#MechanicalTurkRejections2026",
        "300 200 100 400",
        "went from 99.8 to 97.1",
        "a@b",
        "COVID-19 study, AAA-1",
        "PANAMA2024CANALTRIP",  # only whole words are ids
    ],
)
def test_ordinary_text_stays_as_it_is(text):
    assert mask_ids(text) == text


@given(strange)
def test_masking_never_fails_and_twice_is_once(text):
    once = mask_ids(text)

    assert mask_ids(once) == once


@given(
    st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=9, max_size=20).filter(
        lambda rest: any(c.isdigit() for c in rest)
    ),
    st.sampled_from([" ", "\n", "(", "[", '"', "/", "=", ":", "é", ".", ","]),
)
def test_no_worker_shaped_id_gets_through_whatever_stands_around_it(rest, around):
    assert "A" + rest not in mask_ids(f"x{around}A{rest}{around}y")


# --------------------------------------------------------------------------------------------- big texts


@pytest.mark.parametrize(
    "piece",
    [
        "A1",
        "A",
        "A-",
        "A\u200b",
        "1 ",
        "a.",
        "a@",
        "a@a.",
        "%25",
        "&amp;",
        "&",
        "https://worker.mturk.com/mturk/?",
        "https://worker.mturk.com/contact_requester/&",
        f"https://worker.mturk.com/requesters/{RID} {RID} ",
        "turkopticon.net/report?",
        "+1 555 ",
    ],
)
def test_twice_the_text_takes_about_twice_the_time(piece):
    def spent(size):
        text = (piece * (size // len(piece) + 1))[:size]
        begin = time.process_time()
        find_bare_ids(text, PLATFORMS)
        mask_ids(text)
        return time.process_time() - begin

    small = min(spent(20_000) for _ in range(2))

    assert spent(160_000) < 8 * 3 * max(small, 0.002)
