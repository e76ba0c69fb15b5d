"""The zip file in which a platform takes the pages of a whole class.

Moodle finds a student by the number in a folder's name (“Upload multiple
feedback files in a zip”), Canvas by the numbers in the name of a file that was
handed in (“Upload submissions”).

Sources: mod/assign/feedback/file/importziplib.php of github.com/moodle/moodle
and app/models/abstract_assignment.rb of github.com/instructure/canvas-lms,
November 2026.
"""
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Optional

from checker.report.class_list import ClassList
from checker.report.results import Submission

NAME = 'feedback.zip'


def names_of(submission: Submission,
             classlist: Optional[ClassList]) -> list[str]:
    """Return the names in the zip file of a submission's page.

    Args:
        classlist: if there is one, only those who have a row there get it,
            each member of a team by himself.
    """
    platform, owners = submission.owner.platform, [submission.owner]
    if classlist:
        rows, why = classlist.found[submission.name]
        owners = [row.owner(platform) for row in rows if not why]
    if platform == 'canvas':
        return [submission.upload] * bool(owners and submission.upload)
    return [f'{owner.name}_assignsubmission_file/feedback.md'
            for owner in owners if platform == 'moodle' and owner.number]


def write(pages: Mapping[str, Path], path: Path) -> None:
    """Write the zip file: the pages by their names in it."""
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as file:
        for name, page in pages.items():
            if page.exists():
                file.write(page, name)
