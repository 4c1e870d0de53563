"""Lookups of our own, registered when the app is ready."""

from __future__ import annotations

from typing import Any

from django.db.models import Field, ForeignKey, Lookup


@ForeignKey.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """`filter(product_id__any=[1, 2])`: as `__in`, with the ids as one parameter.

    The SQL is the same for any number of them, so that such a query can be prepared.
    """

    lookup_name = "any"

    def get_prep_lookup(self) -> list[Any]:
        field = self.lhs.output_field
        return [field.get_prep_value(value) for value in self.rhs]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        sql, params = self.process_lhs(compiler, connection)
        return f"{sql} = ANY(%s)", (*params, self.rhs)
