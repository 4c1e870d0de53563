"""Adobe's meaning in our terms: who is called, what each way of failing means, what Adobe is told of a company."""

from adobe3yc.gateway.calls import (
    CODES,
    END_MOVED,
    END_REFUSED,
    EXPLANATIONS,
    Failure,
    adobe,
    exists_words,
    objection_words,
    outcome_of,
    recorded_about,
    words_of,
)

__all__ = [
    "CODES",
    "END_MOVED",
    "END_REFUSED",
    "EXPLANATIONS",
    "Failure",
    "adobe",
    "exists_words",
    "objection_words",
    "outcome_of",
    "recorded_about",
    "words_of",
]
