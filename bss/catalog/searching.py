"""How words find products: PostgreSQL's own full-text search, and the word that was nearly typed.

The column catalog_product.search (migration 0002) holds each word of name, code, vendor, summary and description as it
stands and as its stem, those of the name with weight A. It is no field of the model, because every query that reads a
product would load it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import BooleanField, Case, Expression, Func, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.fields import TextField
from django.db.models.functions import Concat, Lower

from bss.catalog.choices import SearchLanguage
from bss.catalog.models import Product

# What stands between words; the same as in the migration's expression, and whatever the query language gives a meaning.
_BETWEEN = re.compile(r"[\x00\s\-_./:+@,;'\"()\[\]{}!&|<>*\\?%#=]+")
MOST_WORDS = 8


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, in their order."""
    return [word for word in _BETWEEN.split(text.lower()) if word]


def searched(text: str) -> list[str]:
    """The words of a search that count."""
    return words_of(text)[:MOST_WORDS]


def matching(found: QuerySet[Product], text: str, language: SearchLanguage) -> QuerySet[Product]:
    """Of `found` those that every word of `text` names: as a stem in `language`, or as how a word begins.

    Words that say nothing ("for") are left out, unless there are no others. Nothing but signs finds nothing.
    """
    words = searched(text)
    return found.filter(_Matches(_Column(), _query(words, language))) if words else found.none()


def by_relevance(
    found: QuerySet[Product], text: str, language: SearchLanguage
) -> QuerySet[Product]:
    """`found` with `relevance` to sort by: those whose name has every word before the others, then by name."""
    words = searched(text)
    named = _Matches(_Column(), _query(words, language, in_name=True))
    first = Case(When(named, then=Value("a")), default=Value("b"), output_field=TextField())
    return found.annotate(relevance=Concat(first, Lower("name"), output_field=TextField()))


def nearest(
    text: str, vocabulary: Mapping[str, int], *, found_alone: Collection[str] = ()
) -> str | None:
    """`text` with each word replaced by the nearest of `vocabulary` that begins none of it and is not `found_alone`;
    None when one has none near.

    `vocabulary` maps a word in lower case to how often it occurs, `found_alone` are words that find something by
    themselves. Also None where every word is known.
    """
    replaced = False
    found = []
    for word in searched(text):
        if word in found_alone or any(known.startswith(word) for known in vocabulary):
            found.append(word)
            continue
        near = _nearest(word, vocabulary)
        if near is None:
            return None
        found.append(near)
        replaced = True
    return " ".join(found) if replaced else None


def vocabulary_of(texts: Iterable[str]) -> Counter[str]:
    """The words of many texts that are worth offering, with how often they occur."""
    return Counter(word for text in texts for word in words_of(text) if len(word) > 2)


def _nearest(word: str, vocabulary: Mapping[str, int]) -> str | None:
    """The known word with fewest slips between, the more frequent of several; None beyond one slip in four letters."""
    most = min(3, max(1, len(word) // 4))
    letters = set(word)
    best: tuple[int, int, str] | None = None
    for known, count in vocabulary.items():
        if (
            abs(len(known) - len(word)) > most
            or len(letters.symmetric_difference(known)) > 2 * most
        ):
            continue
        slips = _slips(word, known, most)
        if slips <= most and (best is None or (slips, -count, known) < best):
            best = (slips, -count, known)
    return best[2] if best else None


def _slips(one: str, other: str, most: int) -> int:
    """How many letters were left out, added, changed or swapped with their neighbour; `most` + 1 for any more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, before, row = before, row, [i, *[0] * len(other)]
        for j, wanted in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                row[j] = min(row[j], above[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]


# The query ---------------------------------------------------------------------------------------------------


class _Column(Expression):
    """catalog_product.search of the queryset's own table."""

    output_field: Any = TextField()
    alias = ""

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> _Column:
        resolved: _Column = self.copy()
        resolved.alias = query.get_initial_alias()
        return resolved

    def relabeled_clone(self, relabels: Mapping[str, str]) -> _Column:
        clone: _Column = self.copy()
        clone.alias = relabels.get(self.alias, self.alias)
        return clone

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return f'{compiler.quote_name_unless_alias(self.alias)}."search"', ()


class _Matches(Func):
    """`column @@ query`."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field: Any = BooleanField()


def _query(words: Sequence[str], language: SearchLanguage, *, in_name: bool = False) -> RawSQL:
    """A tsquery, all of it constant for the planner: each word as stem or beginning, without those that say nothing."""
    weight = "A" if in_name else ""
    parts, plain, whole, beginnings = [], [], [], []
    for word in words:
        stem, beginning = f"'{word}':{weight}" if weight else f"'{word}'", f"'{word}':*{weight}"
        parts.append(
            "CASE WHEN numnode(to_tsquery(%s::regconfig, %s)) = 0 THEN ''::tsquery"
            " ELSE to_tsquery(%s::regconfig, %s) || to_tsquery('simple', %s) END"
        )
        whole += [language.value, stem, language.value, stem, beginning]
        plain.append("to_tsquery('simple', %s)")
        beginnings.append(beginning)
    every, fallback = " && ".join(f"({part})" for part in parts), " && ".join(plain)
    sql = f"CASE WHEN numnode({every}) = 0 THEN {fallback} ELSE {every} END"
    return RawSQL(sql, [*whole, *beginnings, *whole])  # noqa: S611 -- words go in as parameters
