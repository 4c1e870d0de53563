"""The mailbox keeps what it is sent, shows it safely and fails on demand."""

import re
import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.sandbox.services import Mailbox, running_mailbox

HTML = (
    '<!doctype html><html><head><title>t</title></head><body onload="x()"><script>x()</script>'
    '<p>Hello <a href="https://shop.example/activate?a=1&amp;b=2">activate</a></p></body></html>'
)


def letter(
    to: str = "anna@aegean.example", subject: str = "Your storefront is live", message_id: str = ""
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Meridian <no-reply@meridian.example>"
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Tue, 03 Mar 2026 09:30:00 +0000"
    if message_id:
        message["Message-ID"] = message_id
    message.set_content(
        "See <https://shop.example/nordwind> today, or\nhttps://shop.example/a?b=1&c=2."
    )
    message.add_alternative(HTML, subtype="html")
    return message


def send(mailbox: Mailbox, *messages: EmailMessage, timeout: float = 10) -> None:
    for message in messages:
        with smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=timeout) as smtp:
            smtp.send_message(message)


def subjects(mailbox: Mailbox, **query: str) -> list[str]:
    return [message["subject"] for message in mailbox.messages(**query)]


def test_keeps_a_message_with_its_headers_texts_and_links(mailbox: Mailbox) -> None:
    send(mailbox, letter(subject="Ihre Bestellung über 12 €", message_id="<1@meridian.example>"))

    [message] = mailbox.messages()
    assert message["subject"] == "Ihre Bestellung über 12 €"
    assert message["from"] == "Meridian <no-reply@meridian.example>"
    assert message["to"] == "anna@aegean.example"
    assert message["recipients"] == ["anna@aegean.example"]
    assert message["date"] == "Tue, 03 Mar 2026 09:30:00 +0000"
    assert message["message_id"] == "<1@meridian.example>"
    assert message["text"].startswith("See <https://shop.example/nordwind> today, or\nhttps://")
    assert message["html"].strip() == HTML
    assert message["links"] == [
        "https://shop.example/activate?a=1&b=2",
        "https://shop.example/nordwind",
        "https://shop.example/a?b=1&c=2",
    ]
    assert "Subject: Ihre Bestellung =?utf-8" in message["raw"]
    assert message["received"] == 1


def test_hidden_recipients_are_found_too(mailbox: Mailbox) -> None:
    with smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=10) as smtp:
        smtp.send_message(letter(), to_addrs=["anna@aegean.example", "audit@meridian.example"])

    assert len(mailbox.messages(to="audit@meridian.example")) == 1


def test_finds_by_whole_address_part_of_subject_and_instant(mailbox: Mailbox) -> None:
    send(mailbox, letter(subject="Order SO-1"), letter(to="joanna@aegean.example"))
    first = mailbox.messages(subject="so-1")[0]

    assert subjects(mailbox, to="ANNA@aegean.example") == ["Order SO-1"]
    assert subjects(mailbox, to="aegean.example") == []
    assert subjects(mailbox, subject="STOREFRONT") == ["Your storefront is live"]
    assert subjects(mailbox, after=first["received_at"]) == ["Your storefront is live"]
    assert mailbox.http.get("/api/messages", params={"after": "soon"}).json()["field"] == "after"


def test_the_same_message_id_is_one_message_received_twice(mailbox: Mailbox) -> None:
    send(mailbox, letter(message_id="<1@m>"), letter(message_id="<1@m>"))
    send(mailbox, letter(message_id="<2@m>"))

    assert [message["received"] for message in mailbox.messages()] == [1, 2]
    assert len(mailbox.messages()[1]["receipts"]) == 2
    assert mailbox.http.get("/").text.count("received 2 times") == 1


def test_messages_without_a_message_id_are_not_merged(mailbox: Mailbox) -> None:
    send(mailbox, letter(), letter())

    assert [message["received"] for message in mailbox.messages()] == [1, 1]


def test_an_unreadable_message_is_kept_and_shown(mailbox: Mailbox) -> None:
    raw = (
        b"Subject: =?no-such-charset?q?=FF?=\r\nMessage-ID: <\r\n"
        b"Content-Type: text/plain; charset=no-such-charset\r\n\r\n\xff\xfe caf\xc3\xa9\r\n"
    )
    with smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=10) as smtp:
        smtp.sendmail("a@b.example", ["c@d.example"], raw)

    [message] = mailbox.messages()
    assert "café" in message["text"]
    assert mailbox.http.get(f"/messages/{message['id']}").is_success
    assert mailbox.http.get("/").is_success


def test_attachments_can_be_downloaded(mailbox: Mailbox) -> None:
    message = letter()
    message.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename="invoice.pdf")
    send(mailbox, message)

    [kept] = mailbox.messages()
    assert kept["attachments"] == [
        {"filename": "invoice.pdf", "content_type": "application/pdf", "size": 6}
    ]
    answer = mailbox.http.get(f"/messages/{kept['id']}/attachments/0")
    assert answer.content == b"%PDF-1"
    assert answer.headers["Content-Disposition"] == "attachment; filename=invoice.pdf"
    assert mailbox.http.get(f"/messages/{kept['id']}/attachments/1").status_code == 404


def test_any_login_is_accepted(mailbox: Mailbox) -> None:
    with smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=10) as smtp:
        smtp.login("nordwind", "any password")
        smtp.send_message(letter())

    assert len(mailbox.messages()) == 1


def test_html_is_shown_where_it_can_do_nothing(mailbox: Mailbox) -> None:
    send(mailbox, letter())
    key = mailbox.messages()[0]["id"]

    page = mailbox.http.get(f"/messages/{key}")
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'self'"
    )
    assert "x()" not in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    framed = mailbox.http.get(f"/messages/{key}/html")
    policy = framed.headers["Content-Security-Policy"]
    assert policy.startswith(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'"
    )
    assert "allow-scripts" not in policy
    assert framed.text.startswith('<!doctype html><html><head><base target="_blank">')


def test_text_and_raw_views_escape_and_link(mailbox: Mailbox) -> None:
    send(mailbox, letter(subject="<b>Bold</b>"))
    key = mailbox.messages()[0]["id"]

    text = mailbox.http.get(f"/messages/{key}", params={"view": "text"}).text
    assert '<a href="https://shop.example/a?b=1&amp;c=2" target="_blank" rel="noopener' in text
    assert "&lt;b&gt;Bold&lt;/b&gt;" in text
    raw = mailbox.http.get(f"/messages/{key}", params={"view": "raw"}).text
    assert "Content-Type: multipart/alternative" in raw
    assert "<script" not in raw


def test_people_search_by_part_of_recipient_and_subject(mailbox: Mailbox) -> None:
    send(mailbox, letter(subject="Order SO-1"), letter(to="ben@nordwind.example"))

    def shown(**query: str) -> list[str]:
        return re.findall(r'/messages/\d+">([^<]+)', mailbox.http.get("/", params=query).text)

    assert shown(to="nordwind") == ["Your storefront is live"]
    assert shown(subject="so-") == ["Order SO-1"]
    assert shown(to="nordwind", subject="so-") == []


def test_a_long_list_is_paged(mailbox: Mailbox) -> None:
    with smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=10) as smtp:
        for number in range(51):
            smtp.send_message(letter(subject=f"No {number}"))

    assert "No 0<" not in mailbox.http.get("/").text
    assert "No 0<" in mailbox.http.get("/", params={"page": 2}).text


def test_delete_empties_the_mailbox_by_page_and_by_api(mailbox: Mailbox) -> None:
    send(mailbox, letter())
    assert mailbox.http.post("/delete").status_code == 303
    assert mailbox.messages() == []
    assert "No message yet" in mailbox.http.get("/").text

    send(mailbox, letter())
    assert mailbox.http.delete("/api/messages").json() == {"deleted": 1}
    assert mailbox.messages() == []


def test_a_page_of_another_site_cannot_delete(mailbox: Mailbox) -> None:
    send(mailbox, letter())

    answer = mailbox.http.post("/delete", headers={"Origin": "https://evil.example"})

    assert answer.status_code == 403
    assert len(mailbox.messages()) == 1


def test_refuse_answers_451_and_keeps_nothing(mailbox: Mailbox) -> None:
    mailbox.fault("refuse")

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(mailbox, letter())

    assert refused.value.recipients["anna@aegean.example"][0] == 451
    assert mailbox.messages() == []


def test_refuse_answers_550_to_named_recipients_alone(mailbox: Mailbox) -> None:
    mailbox.fault("refuse", recipients=["anna@aegean.example"])

    with smtplib.SMTP(mailbox.smtp_host, mailbox.smtp_port, timeout=10) as smtp:
        refused = smtp.send_message(
            letter(), to_addrs=["Anna@aegean.example", "ben@nordwind.example"]
        )

    assert refused["Anna@aegean.example"][0] == 550
    assert [message["recipients"] for message in mailbox.messages()] == [["ben@nordwind.example"]]


def test_down_refuses_connections_until_it_is_up_again(mailbox: Mailbox) -> None:
    mailbox.fault("down")
    assert mailbox.http.get("/healthz").json()["smtp"] == "down"
    with pytest.raises(ConnectionRefusedError):
        send(mailbox, letter())

    mailbox.fault("none")
    send(mailbox, letter())
    assert len(mailbox.messages()) == 1


def test_slow_keeps_the_message_of_a_sender_that_gave_up(mailbox: Mailbox) -> None:
    mailbox.fault("slow", seconds=5)
    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
        send(mailbox, letter(message_id="<1@m>"), timeout=0.3)

    mailbox.fault("none")
    send(mailbox, letter(message_id="<1@m>"))
    assert [message["received"] for message in mailbox.messages()] == [2]


def test_people_set_the_fault_on_the_page(mailbox: Mailbox) -> None:
    form = {"mode": "refuse", "recipients": "a@b.example, c@d.example", "seconds": "1.5"}

    assert mailbox.http.post("/fault", data=form).status_code == 303

    expected = {"mode": "refuse", "recipients": ["a@b.example", "c@d.example"], "seconds": 1.5}
    assert mailbox.http.get("/api/faults").json() == expected
    assert "a@b.example, c@d.example" in mailbox.http.get("/").text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mode": "explode"}, "mode"),
        ({"mode": "refuse", "recipients": "a@b.example"}, "recipients"),
        ({"mode": "slow", "seconds": -1}, "seconds"),
        ({"mode": "none", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_fault_is_refused_and_changes_nothing(
    mailbox: Mailbox, body: dict[str, object], field: str
) -> None:
    answer = mailbox.http.put("/api/faults", json=body)

    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert mailbox.http.get("/api/faults").json()["mode"] == "none"


def test_errors_are_json_for_programs_and_a_page_for_people(mailbox: Mailbox) -> None:
    assert mailbox.http.get("/api/messages/99").json()["code"] == "not_found"
    assert mailbox.http.get("/messages/99").status_code == 404
    assert "There is no message 99." in mailbox.http.get("/messages/99").text


def test_received_at_follows_the_clock_file(mailbox: Mailbox) -> None:
    send(mailbox, letter(subject="now"))
    mailbox.move_clock(10 * 366 * 86_400)
    send(mailbox, letter(subject="in ten years"))

    later, earlier = (int(m["received_at"][:4]) for m in mailbox.messages())
    assert later - earlier == 10


def test_messages_and_fault_survive_a_restart_and_sigterm_is_clean(tmp_path: Path) -> None:
    with running_mailbox(state=tmp_path) as mailbox:
        send(mailbox, letter())
        mailbox.fault("down")
        assert mailbox.stop() == 0

    with running_mailbox(state=tmp_path) as mailbox:
        assert subjects(mailbox) == ["Your storefront is live"]
        with pytest.raises(ConnectionRefusedError):
            send(mailbox, letter())
