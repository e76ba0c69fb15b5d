"""What a run checks: all that is given, laid out as submissions."""
import itertools
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from checker.command.archives import Unpacker
from checker.command.hand_ins import (
    MACHINE_MADE,
    HandedIn,
    choose,
    composed,
    entries_of,
    files_in,
    is_zip,
    last_uploads,
    may_be_work,
    task_of,
)
from checker.command.platform_names import named_by_platform, owner_of
from checker.report.owners import Owner, look_of
from checker.report.results import Submission
from checker.specification import FILES
from checker.wire import printable

# In place of a folder with files that are not at hand.
NOWHERE = Path(os.devnull)


@dataclass
class HandIn:
    """All that one student or team handed in.

    place: the folder where its files would be.
    only: the numbers of the files that are asked for.
    upload: what a platform calls the first file, if it names files.
    """
    owner: Owner
    place: Path
    only: Sequence[int]
    files: list[HandedIn] = field(default_factory=list)
    late: bool = False
    upload: str = ''


@dataclass
class Layout:
    """The submissions of a run, by name, in order.

    unassigned: what is nobody's, a line each.
    told: lines that say whose file is whose if that had to be found out.
    uploaded: whether files lost whether they are executable.
    unpacker: keeps copies of files from zip files.
    """
    submissions: dict[str, Submission] = field(default_factory=dict)
    unassigned: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    uploaded: bool = False
    unpacker: Unpacker = field(default_factory=Unpacker)


def entries_of_class(folder: Path, alone: bool) -> list[Path]:
    """Return the students' folders and files, or none if it is no class.

    It is one if a platform has named them or, if nothing else was given, if
    at least two of its folders and zip files may have work.  Somebody may
    have put it into a folder.
    """
    entries = entries_of(folder)
    while len(entries) == 1 and entries[0].is_dir() and not (
            named_by_platform(entries[0].name) or entries[0].is_symlink()):
        entries = entries_of(entries[0])
    names = [entry.name for entry in entries]
    if {*FILES} & {*names}:
        return []
    if any(map(named_by_platform, names)):
        return entries
    if not alone or any(task_of(name) is not None for name in names):
        return []
    parts = sum(is_zip(entry.name) or entry.is_dir() and any(
        may_be_work(file.name) for file in files_in(entry))
        for entry in entries)
    return entries if parts > 1 else []


class Arranger:
    """Finds out whose everything is that was given."""

    def __init__(self, only: Sequence[int]) -> None:
        self.only, self.layout = only, Layout()
        self.hand_ins: dict[object, HandIn] = {}

    def arrange(self, paths: Sequence[str]) -> Layout:
        """Lay out all that is given, a submission for each student or team.

        A class may be given as its entries, as the folder or zip file that
        has them, or as several of these if a platform has named all of them.
        Otherwise each path is of one student, who must not choose whose the
        files in it are.

        Raises:
            ValueError: if the only path is a zip file that cannot be read.
        """
        alone = len(paths) == 1
        places = [place for place in map(Path, map(os.path.abspath, paths))
                  if alone or not MACHINE_MADE.fullmatch(place.name)]
        classes = [self.class_at(place, alone) for place in places]
        if not alone and not all(
                owner_of(place) or any(map(owner_of, entries))
                for place, entries in zip(places, classes)):
            self.warn(places, classes)
            classes = [[] for _ in places]
        for place, entries in zip(places, classes):
            for entry in entries or [place]:
                self.add(entry, listed=bool(entries), alone=alone)
        for name, hand_in in zip(self.names(), self.hand_ins.values()):
            self.settle(hand_in, name)
        return self.layout

    def class_at(self, place: Path, alone: bool) -> list[Path]:
        """Return the entries of the class at a path, or none."""
        problem, folder = '', place
        if owner_of(place):
            return []
        if is_zip(place.name) and not place.is_dir():
            folder, problem = self.layout.unpacker.unpacked(place)
        if alone and problem:
            raise ValueError(problem)
        try:
            return (entries_of_class(folder, alone) if folder.is_dir()
                    else [])
        except OSError:
            return []

    def warn(self, places: Sequence[Path],
             classes: Sequence[Sequence[Path]]) -> None:
        """Say which paths look like downloads but are taken for a hand-in."""
        for place, entries in zip(places, classes):
            if len({*filter(None, map(owner_of, entries))}) > 1:
                self.layout.unassigned.append(
                    f'{shown(place.name)} has files of several students, but '
                    'is taken for that of one, because it is beside others; '
                    'check it alone')

    def add(self, place: Path, listed: bool, alone: bool) -> None:
        """Add a folder or file to what its owner has handed in.

        Args:
            listed: whether it was found in a class.
            alone: whether it is, or is in, the only path.
        """
        owner, named = owner_of(place), named_by_platform(place.name)
        task = task_of(place.name)
        is_link = (listed or not alone) and place.is_symlink()
        is_folder = place.is_dir() and not is_link
        by_itself = not is_folder and not listed and task is not None
        if not (owner or place.is_dir() or is_zip(place.name) or by_itself):
            if may_be_work(place.name):
                self.layout.unassigned.append(
                    f'nobody knows whose it is: {shown(place.name)}')
            return
        hand_in = self.hand_ins.setdefault(owner or place, HandIn(
            owner or Owner('', composed(
                place.stem if is_zip(place.name) else place.name), ''),
            place if is_folder else NOWHERE,
            self.only))
        if by_itself and (alone or not owner):
            hand_in.only = [each for each in self.only if each == task]
        if is_folder:
            files = files_in(place)
        else:
            own = composed(named and named.file or place.name)
            files = iter([HandedIn(own, composed(place.name), place,
                                   'is a link' * is_link)])
            if named and named.file and not hand_in.upload:
                hand_in.upload = place.name
        hand_in.files += self.layout.unpacker.expanded(files)
        hand_in.late |= bool(named and named.late)

    def names(self) -> Iterator[str]:
        """Yield a name for each hand-in; no two look the same.

        Of a student or team with the platform's number; otherwise of the
        folder or file, or its whole path if several have one name.
        """
        count = Counter(key.name for key in self.hand_ins
                        if isinstance(key, Path))
        looks: set[str] = set()
        for key, hand_in in self.hand_ins.items():
            several = isinstance(key, Path) and count[key.name] > 1
            name = base = shown(str(key) if several else hand_in.owner.name)
            numbers = itertools.count(len(looks) + 1)
            while look_of(name) in looks:
                name = f'{base} ({next(numbers)})'
            looks.add(look_of(name))
            yield name

    def settle(self, hand_in: HandIn, name: str) -> None:
        """Make a submission of what somebody handed in."""
        found = Submission(name, {}, owner=hand_in.owner, late=hand_in.late,
                           upload=hand_in.upload)
        spare = [file for file in hand_in.files if file.task is None
                 and (hand_in.owner.platform or may_be_work(file.name))]
        origins, lines = [], []
        for task in hand_in.only:
            files = [file for file in hand_in.files if file.task == task]
            if hand_in.owner.platform == 'canvas':
                files, earlier = last_uploads(files)
                lines += [f'uploaded again: {shown(file.origin)}'
                          for file in earlier]
            chosen, doubt = choose(files, spare)
            found.paths[task] = (
                NOWHERE if doubt else hand_in.place) / FILES[task]
            if chosen:
                self.layout.uploaded |= bool(hand_in.owner.platform) or (
                    self.layout.unpacker.made(chosen.path))
                found.paths[task] = chosen.path
                found.names[task] = os.path.basename(chosen.name)
                origins.append(shown(chosen.origin))
            if doubt:
                found.problems[task] = shown(doubt)
            if chosen or not doubt:
                found.left.add(task)
        found.doubts = [*dict.fromkeys(found.problems.values())]
        self.layout.submissions[name] = found
        lines += [f'not read: {doubt}' for doubt in found.doubts]
        if found.owner.platform or lines or not {*origins} <= {*FILES}:
            self.layout.told += [
                f'  {name}: {", ".join(origins) or "no numbered file"}',
                *(f'    {line}' for line in lines)]


def shown(name: str) -> str:
    """Return a name in one line, without control characters."""
    return printable(name).replace('\n', '\\n')
