"""The mailbox's web side: pages for people, JSON for programs."""

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from sandbox.mailbox.messages import LINK, parse
from sandbox.mailbox.smtp import Listener
from sandbox.mailbox.store import FAULTS, PAGE_SIZE, Fault, Search, Store, parse_fault
from sandbox.serving import Problem, json_object

# A message's HTML is a stranger's: no script, no forms, no plug-ins, an origin of its own. Pictures
# load, because a person who looks at a mail judges its pictures too; links open in a new tab.
MAIL_POLICY: Final = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data: http: https:; form-action 'none'; "
    "frame-ancestors 'self'"
)
NEW_TAB: Final = '<base target="_blank">'
HEAD: Final = re.compile(r"<head(\s[^>]*)?>|<html(\s[^>]*)?>|<!doctype[^>]*>", re.IGNORECASE)
VIEWS: Final = ("html", "text", "raw")


def mailbox_pages(store: Store, listener: Listener) -> Blueprint:
    """Return the pages under / and the API under /api/."""
    pages = Blueprint("mailbox", __name__)
    _add_pages(pages, store, listener)
    _add_mail_routes(pages, store)
    _add_api(pages, store, listener)
    return pages


def linked(text: str) -> Markup:
    """Return the text with its http(s) addresses as links that open in a new tab."""
    parts: list[Markup] = []
    end = 0
    for match in LINK.finditer(text):
        parts.append(escape(text[end : match.start()]))
        link = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>')
        parts.append(link.format(match.group()))
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def html_for_frame(html: str) -> str:
    """Return a message's HTML with links that open in a new tab.

    The tag stands after the head's start, so that a doctype keeps its effect.
    """
    starts = {match.group(0)[:5].lower(): match.end() for match in HEAD.finditer(html)}
    at = starts.get("<head") or starts.get("<html") or starts.get("<!doc") or 0
    return html[:at] + NEW_TAB + html[at:]


def _add_pages(pages: Blueprint, store: Store, listener: Listener) -> None:
    pages.add_app_template_filter(linked, "linked")

    @pages.get("/")
    def messages() -> str:
        page = max(request.args.get("page", 1, type=int), 1)
        search = Search(
            to_part=request.args.get("to", "").strip(),
            subject=request.args.get("subject", "").strip(),
        )
        found, total = store.search(search, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE)
        everything = store.search(Search(), offset=0, limit=0)[1]
        return render_template(
            "mailbox/messages.html",
            messages=found,
            total=total,
            everything=everything,
            search=search,
            page=page,
            last_page=max(1, -(-total // PAGE_SIZE)),
            fault=store.fault(),
            faults=FAULTS,
        )

    @pages.get("/messages/<int:key>")
    def message(key: int) -> str:
        found, receipts = store.message(key)
        parsed = parse(receipts[0].raw)
        views = [view for view in VIEWS if view == "raw" or getattr(parsed, view)]
        view = request.args.get("view", views[0])
        return render_template(
            "mailbox/message.html",
            message=found,
            parsed=parsed,
            receipts=receipts,
            views=views,
            view=view if view in views else views[0],
            raw=receipts[0].raw.decode("utf-8", "replace"),
        )

    @pages.post("/delete")
    def delete() -> ResponseReturnValue:
        store.clear()
        return redirect(url_for("mailbox.messages"), 303)

    @pages.post("/fault")
    def set_fault() -> ResponseReturnValue:
        recipients = request.form.get("recipients", "").replace(",", " ").split()
        seconds = request.form.get("seconds", 3.0, type=float)
        fault = {"mode": request.form.get("mode"), "recipients": recipients, "seconds": seconds}
        store.set_fault(parse_fault(fault))
        listener.follow_fault()
        return redirect(url_for("mailbox.messages"), 303)


def _add_mail_routes(pages: Blueprint, store: Store) -> None:
    @pages.get("/messages/<int:key>/html")
    def html(key: int) -> Response:
        parsed = parse(store.message(key)[1][0].raw)
        response = Response(html_for_frame(parsed.html), mimetype="text/html")
        response.headers["Content-Security-Policy"] = MAIL_POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    @pages.get("/messages/<int:key>/raw")
    def raw(key: int) -> Response:
        content = store.message(key)[1][0].raw
        return send_file(
            BytesIO(content), "message/rfc822", as_attachment=True, download_name=f"{key}.eml"
        )

    @pages.get("/messages/<int:key>/attachments/<int:number>")
    def attachment(key: int, number: int) -> Response:
        attachments = parse(store.message(key)[1][0].raw).attachments
        if number >= len(attachments):
            raise Problem(404, "not_found", f"Message {key} has no attachment {number}.")
        found = attachments[number]
        return send_file(
            BytesIO(found.content),
            "application/octet-stream",
            as_attachment=True,
            download_name=found.filename,
        )


def _add_api(pages: Blueprint, store: Store, listener: Listener) -> None:
    @pages.get("/api/messages")
    def api_messages() -> Response:
        search = Search(
            to=request.args.get("to", ""),
            subject=request.args.get("subject", ""),
            after=_instant("after"),
        )
        limit = min(max(request.args.get("limit", 200, type=int), 1), 1000)
        found, total = store.search(search, offset=0, limit=limit)
        return jsonify({"total": total, "messages": [message.summary() for message in found]})

    @pages.get("/api/messages/<int:key>")
    def api_message(key: int) -> Response:
        return jsonify(_detail(store, key))

    @pages.delete("/api/messages")
    def api_delete() -> Response:
        return jsonify({"deleted": store.clear()})

    @pages.get("/api/faults")
    def api_fault() -> Response:
        return jsonify(_fault_body(store.fault()))

    @pages.put("/api/faults")
    def api_set_fault() -> Response:
        store.set_fault(parse_fault(json_object()))
        listener.follow_fault()
        return jsonify(_fault_body(store.fault()))


def _detail(store: Store, key: int) -> dict[str, Any]:
    message, receipts = store.message(key)
    parsed = parse(receipts[0].raw)
    return {
        **message.summary(),
        "text": parsed.text,
        "html": parsed.html,
        "links": parsed.links,
        "attachments": [
            {"filename": a.filename, "content_type": a.content_type, "size": len(a.content)}
            for a in parsed.attachments
        ],
        "receipts": [
            {
                "received_at": receipt.received_at,
                "mail_from": receipt.mail_from,
                "recipients": receipt.recipients,
            }
            for receipt in receipts
        ],
        "raw": receipts[0].raw.decode("utf-8", "replace"),
    }


def _fault_body(fault: Fault) -> dict[str, Any]:
    return {"mode": fault.mode, "recipients": fault.recipients, "seconds": fault.seconds}


def _instant(name: str) -> datetime | None:
    text = request.args.get(name, "")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        cause = f'{name} is an instant such as "2026-03-01T09:30:00Z".'
        raise Problem(400, "invalid", cause, field=name) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
