"""What a run checks: all that is given, laid out as submissions."""
import itertools
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from checker.command.archives import Unpacker
from checker.command.classes import entries_of_class
from checker.command.hand_ins import (
    MACHINE_MADE,
    HandedFile,
    choose,
    composed,
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
# Letters that look like nothing: fillers of Hangul, Braille without dots.
BLANK = ' \u115f\u1160\u2800\u3164\uffa0'


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
    files: list[HandedFile] = field(default_factory=list)
    late: bool = False
    upload: str = ''


def is_container(place: Path) -> bool:
    """Return whether a path is a folder or a zip file."""
    return os.path.isdir(place) or is_zip(place.name)


class Layout:
    """All that is given, laid out: a submission for each student or team.

    submissions: by name, in order.
    unassigned: what is nobody's, a line each.
    told: lines that say whose file is whose if that had to be found out.
    uploaded: whether files lost whether they are executable.
    given: all paths that were given, and what they hold.
    """

    def __init__(self, paths: Sequence[str], only: Sequence[int]) -> None:
        """Find out whose everything is.

        A class may be given as its entries, as the folder or zip file that
        has them, or as several downloads of a platform.  Beside anything
        else, a folder or zip file is of one student, who must not choose
        whose the files in it are.

        Raises:
            ValueError: if the only path is a zip file that cannot be read.
        """
        self.submissions: dict[str, Submission] = {}
        self.unassigned: list[str] = []
        self.told: list[str] = []
        self.hand_ins: dict[object, HandIn] = {}
        self.only, self.uploaded, self.unpacker = only, False, Unpacker()
        self.several, inside = len(paths) > 1, []
        places = [Path(os.path.abspath(path)) for path in paths]
        self.given = [*places]
        if self.several:
            places = [place for place in places
                      if not MACHINE_MADE.fullmatch(place.name)]
        elif places:
            inside = self.class_at(places[0], unnamed=True)
            if not any(map(owner_of, inside)):
                # The same as if what it holds had been given.
                places, inside = inside or places, []
        classes = [inside] if inside else self.downloads(places)
        # Names count where a platform puts them: in one folder.
        base = os.path.commonpath([str(place.parent) for place in places]
                                  or ['/'])
        all_named = all(map(owner_of, places))
        for place, entries in zip(places, classes):
            named = Path(base, *place.relative_to(base).parts[:1])
            for entry in entries or [place]:
                self.add(entry, entry if entries or all_named else named,
                         listed=bool(entries) or len(paths) < len(places))
        for name, hand_in in zip(self.names(), self.hand_ins.values()):
            self.settle(hand_in, name)

    def downloads(self, places: Sequence[Path]) -> list[list[Path]]:
        """Return the entries of each place if all are downloads, or none."""
        some = [self.class_at(place, unnamed=False) for place in places]
        if not any(map(owner_of, places)) and all(
                entries for place, entries in zip(places, some)
                if is_container(place)):
            return [self.class_at(place, unnamed=True) if entries else []
                    for place, entries in zip(places, some)]
        self.unassigned += [
            f'{shown(place.name)} has files of several students, but was '
            "checked as one student's, because of the others given; check it "
            'alone'
            for place, entries in zip(places, some)
            if len({*filter(None, map(owner_of, entries))}) > 1]
        return [[] for _ in places]

    def class_at(self, place: Path, unnamed: bool) -> list[Path]:
        """Return the entries of the class at a path, or none.

        Args:
            unnamed: as in entries_of_class(); then zip files in a zip file
                are unpacked, too, and problems count.
        """
        folder, problem, entries = place, '', []
        if owner_of(place):
            return []
        if is_zip(place.name) and not os.path.isdir(place):
            folder, problem = self.unpacker.unpacked(place, unnamed)
        try:
            if os.path.isdir(folder):
                entries = entries_of_class(folder, unnamed)
        except OSError:
            return []
        if unnamed and problem:
            if not entries:
                raise ValueError(problem)
            self.unassigned.append(f'{shown(place.name)} {problem}')
        return entries

    def add(self, place: Path, named_place: Path, listed: bool) -> None:
        """Add a folder or file to what its owner has handed in.

        Args:
            named_place: it or the folder above whose name counts.
            listed: whether it was found in a class.
        """
        owner = owner_of(named_place)
        named = named_by_platform(place) if named_place == place else None
        is_link = os.path.islink(place) and (listed or self.several)
        is_folder = os.path.isdir(place) and not is_link
        by_itself = not (owner or is_container(place))
        if by_itself and (listed or task_of(place.name) is None):
            if may_be_work(place.name):
                self.unassigned.append(
                    f'nobody knows whose it is: {shown(place.name)}')
            return
        hand_in = self.hand_ins.setdefault(owner or place, HandIn(
            owner or Owner('', composed(
                place.stem if is_zip(place.name) else place.name), ''),
            place if is_folder else NOWHERE,
            [task for task in self.only if not by_itself
             or task == task_of(place.name)]))
        if is_folder:
            files = [*files_in(place)]
            asked = {FILES[task] for task in self.only}
            if not (listed or self.several) and asked <= {
                    file.name for file in files}:
                # One's own folder, which may have others' work below it.
                files = [file for file in files if not file.depth]
        else:
            own = composed(named and named.file or place.name)
            files = [HandedFile(own, composed(place.name), place,
                                'is a link' * is_link)]
            if named and named.file and not hand_in.upload:
                hand_in.upload = shown(place.name)
        self.given += [file.path for file in files if may_be_work(file.name)]
        hand_in.files += self.unpacker.expanded(files)
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
            several = isinstance(key, Path) and count[key.name] > 1 and (
                not self.unpacker.made(key))
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
        # If nothing is numbered, a picture may be the work, too.
        any_file = bool(hand_in.owner.platform) and all(
            file.task is None for file in hand_in.files)
        spare = [file for file in hand_in.files if file.task is None and (
            any_file or file.problem or may_be_work(file.name))]
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
                self.uploaded |= bool(
                    hand_in.owner.platform or self.unpacker.made(chosen.path))
                found.paths[task] = chosen.path
                found.names[task] = os.path.basename(chosen.name)
                origins.append(shown(chosen.origin))
            if doubt:
                found.problems[task] = shown(doubt)
        found.left = {task for task in found.paths
                      if task in found.names or task not in found.problems}
        found.doubts = [*dict.fromkeys(found.problems.values())]
        self.submissions[name] = found
        lines += [f'not read: {doubt}' for doubt in found.doubts]
        if found.owner.platform or lines or not {*origins} <= {*FILES}:
            self.told += [
                f'  {name}: {", ".join(origins) or "no numbered file"}',
                *(f'    {line}' for line in lines)]


def shown(name: str) -> str:
    """Return a name in one line, without control characters.

    One of letters that nobody sees is spelt out.
    """
    if not name.strip(BLANK):
        return ascii(name)
    return printable(name).replace('\n', '\\n')
