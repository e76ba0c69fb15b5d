"""What a run checks: files, folders and downloads; each gets a name."""
import itertools
import os
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from checker.command.downloads import Download, owner_of, task_of
from checker.report.results import Submission
from checker.specification import FILES
from checker.wire import printable


def files_of(path: str, only: Sequence[int]) -> dict[int, Path]:
    """Return the numbered files that a path stands for, by number."""
    place = Path(os.path.abspath(path))
    if os.path.isdir(path):
        return {task: place / FILES[task] for task in only}
    task = task_of(path)
    return {task: place} if task in only and task is not None else {}


def find_submissions(
        paths: Sequence[str], only: Sequence[int],
        downloads: Mapping[str, Download], scratch: Path
        ) -> dict[str, Submission]:
    """Return {name: submission} in order; no two names look the same.

    A submission is named after its folder or file, or by the whole path if
    several have one name; in a download, after the student.

    Args:
        downloads: the paths that are downloads.
        scratch: a folder for copies from zip files.
    """
    count = Counter(Path(os.path.abspath(path)).name for path in paths)
    unnamed: list[Submission] = []
    for number, path in enumerate(paths):
        if path in downloads:
            unnamed += submissions_in(downloads[path], scratch / str(number))
            continue
        place, files = Path(os.path.abspath(path)), files_of(path, only)
        alone = place.name and count[place.name] < 2
        if files:
            _, of_platform = owner_of(place.name) or ('', '')
            unnamed.append(Submission(
                place.name if alone else str(place), files,
                number=of_platform))
    found: dict[str, Submission] = {}
    looks: set[str] = set()
    for submission in unnamed:
        base = name = shown(submission.name)
        numbers = itertools.count(len(found) + 1)
        while look_of(name) in looks:
            name = f'{base} ({next(numbers)})'
        looks.add(look_of(name))
        submission.name = name
        found[name] = submission
    return found


def submissions_in(download: Download, scratch: Path) -> list[Submission]:
    """Return the submissions of a download; files are copied to a folder."""
    scratch.mkdir()
    found = []
    for number, (name, student) in enumerate(download.students.items()):
        place = scratch / str(number)
        files = download.files_of(student, place)
        submission = Submission(name, {
            task: files.get(task, place / FILES[task])
            for task in download.only}, number=student.number)
        for task, problem in student.problems.items():
            submission.problems[task] = shown(problem)
            submission.left.discard(task)
        found.append(submission)
    return found


def told(downloads: Mapping[str, Download]) -> Iterator[str]:
    """Yield lines that say whose file is whose."""
    for path, download in downloads.items():
        yield f'{shown(path)} has these files:'
        for name, student in download.students.items():
            files = ', '.join(map(shown, student.files.values()))
            yield f'  {shown(name)}: {files or "no numbered file"}'
            for replaced in student.replaced:
                yield f'    uploaded again: {shown(replaced)}'
            for problem in dict.fromkeys(
                    student.problems.values()) or student.unread:
                yield f'    not read: {shown(problem)}'
        for name in download.unknown:
            yield f'  nobody knows whose it is: {shown(name)}'


def look_of(name: str) -> str:
    """Return what names have in common that look the same."""
    return ''.join(unicodedata.normalize('NFKC', name).split()).casefold()


def shown(name: str) -> str:
    """Return a name in one line, without control characters."""
    return printable(name).replace('\n', '\\n')
