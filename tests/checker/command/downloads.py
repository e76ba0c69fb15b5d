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
import os
import re
import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Optional

from checker.grader.source import LARGEST
from checker.specification import FILES

STEMS = '|'.join(name.removesuffix('.py') for name in FILES)
CANVAS = re.compile(r'(?:(?P<who>.+?)_)??(?:LATE_)?(?P<number>\d+|anon_\w+?)'
                    r'_\d+_(?P<file>.+)')
MOODLE = re.compile(r'(?P<who>.+?)_(?P<number>\d+)_assignsubmission_file_?'
                    r'(?P<file>.*)')
# A student: the name with the platform's number, and the number.
Owner = tuple[str, str]
# What Canvas adds to a name that the student has used before.
AGAIN = re.compile(r'(-\d+)?\.py$')


@dataclass
class Student:
    """The files of a student in a download.

    number: the platform's number of the student, or ''.
    files: {number of a file: its name in the download}
    problems: {number of a file: why it cannot be told or read}
    replaced: files that the student has uploaded again.
    unread: files that are not numbered.
    """
    number: str = ''
    files: dict[int, str] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def task_of(path: str) -> Optional[int]:
    """Return which numbered file a name means, or None.

    Learning platforms rename files: ada_123_0-vanilla.py is file 0.
    """
    name = os.path.basename(path)
    found = re.findall(f'(?<![0-9])(?:{STEMS})', name)
    if len(found) != 1 or not name.endswith('.py') or name.startswith('._'):
        return None
    return FILES.index(f'{found[0]}.py')


def owner_of(name: str) -> Optional[Owner]:
    """Return the student in a name that a platform has given, or None."""
    # What is inside a folder, or follows the number, is the student's choice.
    top = name.partition('/')[0]
    matches = filter(None, (pattern.fullmatch(top)
                            for pattern in (MOODLE, CANVAS)))
    found = min(matches, key=lambda match: match.start('number'),
                default=None)
    return found and ('_'.join(filter(None, found.group('who', 'number'))),
                      found['number'])


def add(student: Student, task: int, name: str) -> None:
    """Add a file; if two may be meant, neither will be checked."""
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


class Download:
    """The files of a class, or of a student: a folder or a zip file.

    Of a zip file, only the members with numbered files are read.

    of_platform: whether a platform has named the files.
    students: {name: Student}, sorted; who has handed in something else has
        no numbered file.
    unknown: numbered files that are nobody's.
    """

    def __init__(self, path: Path, only: Sequence[int], alone: bool) -> None:
        """Read the names of the files.

        Args:
            alone: whether it may have the files of a class; otherwise they
                are all of one student, whatever their names are.
        """
        self.path, self.only = path, only
        self.zip = None if path.is_dir() else opened(path)
        names = names_in_zip(self.zip) if self.zip else names_in(path)
        owners = owners_of(names) if alone else {}
        self.of_platform = any(owners.values())
        own = owner_of(path.name) or (path.stem, '')
        numbered = [name for name in names if task_of(name) is not None]
        if not self.of_platform:
            owners = owners_by_folder(numbered, own, alone)
        students = {} if owners else {own[0]: Student(own[1], unread=names)}
        for name, owner in owners.items():
            if owner:
                student = students.setdefault(owner[0], Student(owner[1]))
                task = task_of(name)
                if task is None:
                    student.unread.append(name)
                elif task in only:
                    add(student, task, name)
        for student in students.values():
            # It may be the work, in a zip file or under a different name.
            if student.unread and not student.files:
                student.problems = dict.fromkeys(
                    only, f'{student.unread[0]} is not a numbered file')
        self.students = dict(sorted(students.items()))
        # Somebody's notes, or named in a way that no platform does.
        self.unknown = [name for name in numbered
                        if task_of(name) in only and not owners.get(name)]

    def files_of(self, student: Student, folder: Path) -> dict[int, Path]:
        """Return the paths of a student's files; copy them from a zip file.

        Args:
            folder: a new one, for the copies.
        """
        if not self.zip:
            return {task: self.path / name
                    for task, name in student.files.items()}
        folder.mkdir()
        paths = {task: folder / FILES[task] for task in student.files}
        for task, name in student.files.items():
            member = self.zip.getinfo(name)
            if stat.S_ISLNK(member.external_attr >> 16):
                student.problems[task] = f'{name} is a link'
                continue
            try:
                with self.zip.open(member) as content:
                    paths[task].write_bytes(content.read(LARGEST + 1))
            except Exception:
                student.problems[task] = (
                    f'{name} is encrypted' if member.flag_bits & 1
                    else f'{name} cannot be unpacked')
        return paths


def opened(path: Path) -> zipfile.ZipFile:
    """Open a zip file; raise a ValueError that says why if it is none."""
    try:
        return zipfile.ZipFile(path)
    # A zip file can be broken in many ways.
    except Exception as error:
        raise ValueError(getattr(error, 'strerror', None)
                         or 'it is not a whole zip file') from None


def names_in_zip(file: zipfile.ZipFile) -> list[str]:
    """Return the files in a zip file, except those that macOS adds."""
    return sorted(name for name in file.namelist()
                  if name[-1:] != '/' and name[:9] != '__MACOSX/')


def names_in(folder: Path) -> list[str]:
    """Return the files of a folder, and of those in it that Moodle named."""
    found = []
    for entry in os.scandir(folder):
        if not entry.is_dir(follow_symlinks=False):
            found.append(entry.name)
        elif MOODLE.fullmatch(entry.name):
            for place, _, names in os.walk(entry.path):
                found += [os.path.relpath(os.path.join(place, name), folder)
                          for name in names]
    return sorted(found)


def owners_of(names: Sequence[str]) -> dict[str, Optional[Owner]]:
    """Return the student of each file, or None.

    Somebody may have put the whole download into a folder.
    """
    tops = {name.partition('/')[0] for name in names}
    if len(tops) == 1 and not owner_of(*tops):
        return {name: owner_of(name.partition('/')[2]) for name in names}
    return {name: owner_of(name) for name in names}


def owners_by_folder(names: Sequence[str], own: Owner, alone: bool
                     ) -> dict[str, Optional[Owner]]:
    """Return whose numbered files are that no platform has named."""
    folders = {name: str(PurePosixPath(name).parent) for name in names}
    several = alone and len({*folders.values()}) > 1
    return {name: (folder, '') if several and folder != '.' else own
            for name, folder in folders.items()}


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
        return (Download(Path(path), only, alone) if path.endswith('.zip')
                else None)
    if not alone or any(os.path.lexists(os.path.join(path, name))
                        for name in FILES):
        return None
    try:
        found = Download(Path(path), only, alone)
    except OSError:
        return None
    has_files = any(student.files for student in found.students.values())
    return found if found.of_platform and has_files else None
