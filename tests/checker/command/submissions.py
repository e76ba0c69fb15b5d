"""What a run checks: files and folders, with names that can be told apart."""
import itertools
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Optional

from checker.report.results import Submission
from checker.specification import FILES
from checker.wire import printable

STEMS = '|'.join(name.removesuffix('.py') for name in FILES)


def task_of(path: str) -> Optional[int]:
    """Return which numbered file a name means, or None.

    Learning platforms rename files: ada_123_0-vanilla.py is file 0.
    """
    name = os.path.basename(path)
    found = re.findall(f'(?<![0-9])(?:{STEMS})', name)
    if len(found) != 1 or not name.endswith('.py'):
        return None
    return FILES.index(f'{found[0]}.py')


def files_of(path: str, only: Sequence[int]) -> dict[int, Path]:
    """Return the numbered files that a path stands for, by number."""
    place = Path(os.path.abspath(path))
    if os.path.isdir(path):
        return {task: place / FILES[task] for task in only}
    task = task_of(path)
    return {task: place} if task in only and task is not None else {}


def find_submissions(paths: Sequence[str],
                     only: Sequence[int]) -> dict[str, Submission]:
    """Return {name: submission} in order; no two names look the same.

    A submission is named after its folder or file, or by the whole path if
    several have one name.
    """
    places = {Path(os.path.abspath(path)): files_of(path, only)
              for path in paths}
    count = Counter(place.name for place in places)
    found: dict[str, Submission] = {}
    looks: set[str] = set()
    for place, files in places.items():
        alone = place.name and count[place.name] < 2
        base = name = shown(place.name if alone else str(place))
        numbers = itertools.count(len(found) + 1)
        while look_of(name) in looks:
            name = f'{base} ({next(numbers)})'
        looks.add(look_of(name))
        if files:
            found[name] = Submission(name, files)
    return found


def look_of(name: str) -> str:
    """Return what names have in common that look the same."""
    return ''.join(unicodedata.normalize('NFKC', name).split()).casefold()


def shown(name: str) -> str:
    """Return a name in one line, without control characters."""
    return printable(name).replace('\n', '\\n')
