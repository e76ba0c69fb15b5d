"""The downloads of learning platforms: whose file is whose.

Canvas names a file `lovelaceada_LATE_12_345_0-vanilla-1.py`: the student, LATE
if it was, the numbers of the user and of the upload, and the name that it had;
-1, -2 and so on tell it from earlier uploads of that name.  If names are
hidden, `anon_` and a code are in place of the student.  Moodle names a folder
`Ada Lovelace_12_assignsubmission_file`, or starts the name of a file so; the
number is the participant's.

Sources: lib/content_zipper.rb of github.com/instructure/canvas-lms and
mod/assign/locallib.php of github.com/moodle/moodle, November 2026.
"""
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Optional, Union

from checker.grader.source import LARGEST
from checker.specification import FILES

STEMS = '|'.join(name.removesuffix('.py') for name in FILES)
CANVAS = re.compile(r'(?:(?P<who>\w+?)_)??(?:LATE_)?(?P<number>\d+|anon_\w+?)'
                    r'_\d+_(?P<file>.+)')
MOODLE = re.compile(r'(?P<who>.+?)_(?P<number>\d+)_assignsubmission_file_?'
                    r'(?P<file>.*)')
# What Canvas adds to a name that the student has used before.
AGAIN = re.compile(r'(-\d+)?\.py$')


@dataclass
class Student:
    """The files of a student in a download.

    files: {number of a file: its name in the download}
    problems: {number of a file: why it cannot be told or read}
    replaced: files that the student has uploaded again.
    number: the platform's number of the student, or ''.
    """
    files: dict[int, str] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)
    number: str = ''


def task_of(path: str) -> Optional[int]:
    """Return which numbered file a name means, or None.

    Learning platforms rename files: ada_123_0-vanilla.py is file 0.
    """
    name = os.path.basename(path)
    found = re.findall(f'(?<![0-9])(?:{STEMS})', name)
    if len(found) != 1 or not name.endswith('.py') or name.startswith('._'):
        return None
    return FILES.index(f'{found[0]}.py')


def owner_of(name: str) -> Optional[tuple[str, str]]:
    """Return the student in a name that a platform has given, or None.

    These are two texts: the name with the number, and the number.
    """
    for part in PurePosixPath(name).parts:
        matches = filter(None, (pattern.fullmatch(part)
                                for pattern in (MOODLE, CANVAS)))
        # What follows the platform's number is the student's choice.
        found = min(matches, key=lambda match: match.start('number'),
                    default=None)
        if found:
            return ('_'.join(filter(None, found.group('who', 'number'))),
                    found['number'])
    return None


def students_in(names: Iterable[str],
                owner: Callable[[str], Optional[tuple[str, str]]],
                only: Sequence[int]) -> dict[str, Student]:
    """Return the students and their files, sorted by name.

    Args:
        owner: returns what owner_of() does.
    """
    found: dict[str, Student] = {}
    for name in sorted(names):
        task = task_of(name)
        student_of_it, number = owner(name) or ('', '')
        if not student_of_it:
            continue
        # Who has handed in something else has no numbered file.
        student = found.setdefault(student_of_it, Student(number=number))
        if task is not None and task in only:
            add(student, task, name)
    return dict(sorted(found.items()))


def add(student: Student, task: int, name: str) -> None:
    """Add a file; if two may be meant, take neither."""
    other = student.files.get(task)
    if other is None:
        student.files[task] = name
        return
    before, after = (uploaded_as(each) for each in (other, name))
    if before and after and before[0] == after[0] and before != after:
        # Canvas says which one came later.
        if before[1] > after[1]:
            other, name = name, other
        student.replaced.append(other)
        student.files[task] = name
    else:
        student.problems[task] = f'both {other} and {name} could be meant'


def uploaded_as(name: str) -> Optional[tuple[str, int]]:
    """Return the name that a file in Canvas had, and how often it was used.
    """
    found = CANVAS.fullmatch(PurePosixPath(name).name)
    if not found:
        return None
    own = found['file']
    again = AGAIN.search(own)
    number = int(again[1][1:]) if again and again[1] else 0
    return AGAIN.sub('.py', own), number


class Folder:
    """A folder of renamed files, or one with a folder a student."""

    def __init__(self, path: Path, only: Sequence[int]) -> None:
        self.path, self.only = path, only
        names = [*self._names()]
        self.students = students_in(names, owner_of, only)
        # Somebody's notes, or named in a way that no platform does.
        self.unknown = sorted(name for name in names if not owner_of(name)
                              and task_of(name) in only)

    def _names(self) -> Iterator[str]:
        for entry in os.scandir(self.path):
            if not entry.is_dir(follow_symlinks=False):
                yield entry.name
            elif MOODLE.fullmatch(entry.name):
                for folder, _, names in os.walk(entry.path):
                    yield from (os.path.relpath(os.path.join(folder, name),
                                                self.path) for name in names)

    def files_of(self, student: Student, _: Path) -> dict[int, Path]:
        """Return the paths of a student's files."""
        return {task: self.path / name
                for task, name in student.files.items()}


class Zip:
    """A zip file; of its members, numbered files alone are read.

    Raises:
        ValueError: if it cannot be read; the message says why.
    """

    def __init__(self, path: Path, only: Sequence[int], alone: bool) -> None:
        """Read the names of its members.

        Args:
            alone: whether it may have the files of a class; otherwise they
                are all of one student, whatever their names are.
        """
        self.path, self.only = path, only
        try:
            self.file = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError,
                NotImplementedError) as error:
            raise ValueError(getattr(error, 'strerror', None)
                             or 'it is not a whole zip file') from None
        names = [member.filename for member in self.file.infolist()]
        folders = {str(PurePosixPath(name).parent) for name in names
                   if task_of(name) is not None and not owner_of(name)}

        def owner(name: str) -> Optional[tuple[str, str]]:
            named = owner_of(name) if alone else None
            if named or task_of(name) is None:
                return named
            folder = str(PurePosixPath(name).parent)
            several = alone and len(folders) > 1 and folder != '.'
            return folder if several else path.stem, ''

        self.students = students_in(names, owner, only) or {
            path.stem: Student()}
        self.unknown: list[str] = []

    def files_of(self, student: Student, folder: Path) -> dict[int, Path]:
        """Copy a student's files into a folder; return their paths."""
        folder.mkdir()
        paths = {task: folder / FILES[task] for task in student.files}
        for task, name in student.files.items():
            member = self.file.getinfo(name)
            if stat.S_ISLNK(member.external_attr >> 16):
                student.problems[task] = f'{name} is a link'
                continue
            try:
                with self.file.open(member) as content:
                    paths[task].write_bytes(content.read(LARGEST + 1))
            except (RuntimeError, zipfile.BadZipFile, OSError, EOFError,
                    ValueError, zlib.error, lzma.LZMAError):
                student.problems[task] = (
                    f'{name} is encrypted' if member.flag_bits & 1
                    else f'{name} cannot be unpacked')
        return paths


Download = Union[Folder, Zip]


def open_download(path: str, only: Sequence[int],
                  alone: bool) -> Optional[Download]:
    """Return the download at a path, or None if there is none.

    Args:
        alone: whether it is the only path.  Beside others it belongs to one
            student, who must not choose whose the files in it are.

    Raises:
        ValueError: if it is a zip file that cannot be read.
    """
    if not os.path.isdir(path):
        return (Zip(Path(path), only, alone) if path.endswith('.zip')
                else None)
    if not alone or any(os.path.lexists(os.path.join(path, name))
                        for name in FILES):
        return None
    try:
        folder = Folder(Path(path), only)
    except OSError:
        return None
    found = any(student.files for student in folder.students.values())
    return folder if found else None
