"""The names that Canvas and Moodle give to what they let teachers download.

Canvas names a file `lovelaceada_LATE_12_345_0-vanilla-1.py`: the student,
LATE if it was, the numbers of the user and of the upload, and the name that it
had; -1, -2 and so on tell it from earlier uploads of that name.  A text entry
is `lovelaceada_12_text.html`.  If names are hidden, `anon_` and a code are in
place of the student.  Moodle names a folder
`Ada Lovelace_12_assignsubmission_file`, or starts the name of a file so.  The
number is the participant's; if groups hand in, it is the group's, and those in
no group have none.

Sources: lib/content_zipper.rb of github.com/instructure/canvas-lms and
mod/assign/classes/downloader.php of github.com/moodle/moodle, November 2026.
"""
import os
import re
from pathlib import Path
from typing import NamedTuple, Optional

from checker.command.hand_ins import composed
from checker.report.owners import Owner

CANVAS = re.compile(
    r'(?:(?P<who>[^\s/]+?)_)??(?:(?P<late>LATE|late)_)?'
    r'(?P<number>\d+|anon_\w+?)_(?:\d+_(?P<file>.+)|(?:text|link)\.html)')
MOODLE = re.compile(r'(?P<who>[^_]+)(?:_(?P<number>\d+))?'
                    r'_assignsubmission_[a-z]+(?:_(?P<file>.*))?', re.DOTALL)


class Named(NamedTuple):
    """What the name says that a platform has given to a file or folder.

    file: the name that a file had; '' of a folder or of a text entry.
    """
    owner: Owner
    file: str
    late: bool


def named_by_platform(path: Path) -> Optional[Named]:
    """Return what a name says if a platform has given it, or None.

    Canvas names no folders.
    """
    name = composed(path.name)
    found = MOODLE.fullmatch(name)
    if found:
        return Named(Owner('moodle', found['who'], found['number'] or ''),
                     found['file'] or '', False)
    found = None if os.path.isdir(path) else CANVAS.fullmatch(name)
    return found and Named(
        Owner('canvas', found['who'] or '', found['number']),
        found['file'] or '', bool(found['late']))


def owner_of(path: Path) -> Optional[Owner]:
    """Return whose a path is if a platform has named it or a folder above.

    The outermost folder counts: what is inside is the student's choice.
    """
    above = [place for place in path.parents
             if MOODLE.fullmatch(composed(place.name))]
    named = named_by_platform([path, *above][-1])
    return named and named.owner
