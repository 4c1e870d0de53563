"""The provider's pages for people: leaving a card, the bank's question, and what was paid lately."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.cards.api import MODES, Mood
from sandbox.cards.numbers import CARDS, read_number
from sandbox.cards.provider import Provider
from sandbox.serving import PAGE_POLICY, Database, Problem

PAYMENTS_SHOWN = 50


def cards_pages(database: Database) -> Blueprint:
    """Return the pages at /, /leave/<session> and /step/<payment>."""
    pages = Blueprint("cards", __name__)
    provider, mood = Provider(database), Mood(database)

    @pages.get("/")
    def overview() -> str:
        return render_template(
            "cards/overview.html",
            payments=provider.payments(PAYMENTS_SHOWN),
            cards=CARDS,
            mood=mood.now(),
            modes=MODES,
        )

    @pages.post("/behaviour")
    def behave() -> ResponseReturnValue:
        seconds = request.form.get("seconds", 30.0, type=float)
        mood.set({"mode": request.form.get("mode"), "seconds": seconds})
        return redirect("/", 303)

    @pages.get("/leave/<session_id>")
    def leave(session_id: str) -> ResponseReturnValue:
        session = provider.session(session_id)
        return _open_page("cards/leave.html", session=session, cards=CARDS, problem=None)

    @pages.post("/leave/<session_id>")
    def left(session_id: str) -> ResponseReturnValue:
        session = provider.session(session_id)
        try:
            card = read_number(request.form.get("number", ""))
            year, month = _expiry(request.form.get("expiry", ""))
            return redirect(provider.session_leave(session_id, card, year, month), 303)
        except Problem as problem:
            values = {"session": session, "cards": CARDS, "problem": problem}
            return _open_page("cards/leave.html", status=problem.status, **values)

    @pages.get("/step/<payment_id>")
    def step(payment_id: str) -> ResponseReturnValue:
        return _open_page("cards/step.html", payment=provider.payment(payment_id))

    @pages.post("/step/<payment_id>")
    def stepped(payment_id: str) -> ResponseReturnValue:
        confirmed = request.form.get("answer") == "confirm"
        return redirect(provider.step(payment_id, confirmed=confirmed), 303)

    return pages


def _open_page(template: str, *, status: int = 200, **values: object) -> ResponseReturnValue:
    """A page whose form ends with a redirect to the shop, which its policy must therefore allow."""
    policy = PAGE_POLICY.replace("form-action 'self'", "form-action 'self' http: https:")
    return render_template(template, **values), status, {"Content-Security-Policy": policy}


def _expiry(text: str) -> tuple[int, int]:
    """Read "12/30" or "12/2030"; raises Problem 422."""
    month, _slash, year = text.replace(" ", "").partition("/")
    if not (month.isdigit() and year.isdigit()):
        raise Problem(422, "expiry_invalid", "Write month and year: 12/30.", field="expiry")
    return int(year) + (2000 if len(year) <= 2 else 0), int(month)
