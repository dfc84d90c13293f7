"""Check results: one line of the report each."""

from typing import Literal

from assistant.core.values.base import Value

Status = Literal["ok", "warn", "fail"]


class Check(Value):
    """One line of the report."""

    name: str
    status: Status
    detail: str
    fix: str = ""
    """What to do about it; empty when all is well."""


def ok(name: str, detail: str) -> Check:
    """A check that found nothing wrong."""
    return Check(name=name, status="ok", detail=detail)


def warn(name: str, detail: str, fix: str) -> Check:
    """A check that found something that works worse than it could."""
    return Check(name=name, status="warn", detail=detail, fix=fix)


def fail(name: str, detail: str, fix: str) -> Check:
    """A check that found something that does not work."""
    return Check(name=name, status="fail", detail=detail, fix=fix)
