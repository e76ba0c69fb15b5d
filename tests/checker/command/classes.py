"""Tells the folder of a class from that of a student."""
import os
import zipfile
from collections import Counter
from pathlib import Path
from typing import Optional

from checker.command.hand_ins import entries_of, files_in, is_zip, task_of
from checker.command.platform_names import owner_of
from checker.specification import FILES


def entries_of_class(folder: Path, unnamed: bool) -> list[Path]:
    """Return the students' folders and files, or none if it is no class.

    It is one if a platform has named them.  Somebody may have put it into a
    folder.

    Args:
        unnamed: whether it is one, too, if two of its folders and zip files
            may have the same numbered file.
    """
    entries = entries_of(folder)
    while len(entries) == 1 and os.path.isdir(entries[0]) and not (
            owner_of(entries[0]) or os.path.islink(entries[0])):
        entries = entries_of(entries[0])
    owners = {*filter(None, map(owner_of, entries))}
    names = {entry.name for entry in entries}
    if owners and (len(owners) > 1 or not names & {*FILES}):
        return entries
    if not unnamed or any(task_of(name) is not None for name in names):
        return []
    tasks: Counter[Optional[int]] = Counter()
    for entry in entries:
        tasks.update(tasks_in(entry) - {None})
    return entries if max(tasks.values(), default=0) > 1 else []


def tasks_in(entry: Path) -> set[Optional[int]]:
    """Return which numbered files a folder or a zip file may have."""
    if os.path.isdir(entry):
        names = [file.name for file in files_in(entry)]
        tasks = {*map(task_of, names)}
        return {*range(len(FILES))} if tasks == {None} and any(
            map(is_zip, names)) else tasks
    try:
        with zipfile.ZipFile(entry) as archive:
            return {*map(task_of, archive.namelist())}
    # It is none, or broken in one of many ways.
    except Exception:
        return set()
