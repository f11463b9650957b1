from typing import NamedTuple


class Shared(NamedTuple):
    namespaces: tuple
    reason: str


SHARED = {}
CANNOT_PASS = {}
PART = []


def lookup(table, method, name):
    for (methods, pattern), value in table.items():
        if method in methods.split() and pattern in name:
            return value
    return None
