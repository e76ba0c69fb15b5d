"""The folders of a run, with names that can be told apart."""
import itertools
import os
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from checker.command.arguments import shown


def name_folders(folders: Sequence[str]) -> dict[str, Path]:
    """Return {name: folder} in order; no two names look the same.

    A submission is named after its folder, or by the whole path if several
    folders have one name.
    """
    paths = [Path(os.path.abspath(folder)) for folder in folders]
    count = Counter(path.name for path in paths)
    found: dict[str, Path] = {}
    looks: set[str] = set()
    for path in paths:
        alone = path.name and count[path.name] < 2
        base = name = shown(path.name if alone else str(path))
        numbers = itertools.count(len(found) + 1)
        while look_of(name) in looks:
            name = f'{base} ({next(numbers)})'
        looks.add(look_of(name))
        found[name] = path
    return found


def look_of(name: str) -> str:
    """Return what names have in common that look the same."""
    return ''.join(unicodedata.normalize('NFKC', name).split()).casefold()
