"""Numbers that people type are read as their language writes them: by the fields of `bss.ui.fields`, in every form."""

from __future__ import annotations

import ast

from tests.architecture.sources import dotted, python_files, text_of, tree_of

# Django's own: they read "1.500" as one and a half in every language, and "1e9" as a billion.
BARE = frozenset({"DecimalField", "IntegerField", "FloatField"})
# "path:name" of fields that nobody types into, with the reason why they stay.
UNTYPED = {
    "bss/catalog/forms/types.py:max_length": "hidden: carried along as it is, in no language",
    "bss/catalog/forms/types.py:decimals": "hidden: carried along as it is, in no language",
}


def bare_names(tree):
    """How a module may say one of Django's number fields: "forms.DecimalField", or what it imported by name."""
    names = {f"{module}.{field}" for module in ("forms", "django.forms") for field in BARE}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("django.forms"):
            names |= {each.asname or each.name for each in node.names if each.name in BARE}
    return names


def made_or_derived(tree):
    """Every node that makes one of these fields or derives a class from it, with what it is called where it stands."""
    names = bare_names(tree)
    targets = {
        id(node.value): ast.unparse(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func) in names:
            yield targets.get(id(node), f"line {node.lineno}")
        if isinstance(node, ast.ClassDef) and any(dotted(base) in names for base in node.bases):
            yield node.name


def test_no_form_reads_a_number_in_no_language():
    found = {f"{path}:{name}" for path in python_files() for name in made_or_derived(tree_of(path))}

    assert found == set(UNTYPED)


def test_what_is_excepted_is_hidden():
    for place in UNTYPED:
        path, name = place.split(":")
        lines = [
            line for line in text_of(path).splitlines() if line.strip().startswith(f"{name} =")
        ]
        assert len(lines) == 1, place
        assert "widget=forms.HiddenInput" in lines[0]


def test_the_rule_sees_each_way_to_write_it():
    written = """
from django import forms
from django.forms import DecimalField as Typed, IntegerField
from rest_framework import serializers
class A(forms.Form):
    a = forms.DecimalField()
    b: forms.Field = IntegerField(min_value=0)
    c = Typed()
    d = serializers.IntegerField()
    def __init__(self): self.fields["e"] = forms.FloatField()
class B(Typed): ...
"""

    assert sorted(made_or_derived(ast.parse(written))) == ["B", "a", "b", "c", "self.fields['e']"]
