"""Tells the folder of a class from that of a student."""
import os
from collections import Counter
from pathlib import Path

from checker.command.hand_ins import entries_of, files_in, is_zip, task_of
from checker.command.platform_names import owner_of
from checker.specification import FILES


def entries_of_class(folder: Path, alone: bool) -> list[Path]:
    """Return the students' folders and files, or none if it is no class.

    It is one if a platform has named them or, if nothing else was given, if
    two of its folders and zip files may have the same numbered file.
    Somebody may have put it into a folder.
    """
    entries = entries_of(folder)
    while len(entries) == 1 and os.path.isdir(entries[0]) and not (
            owner_of(entries[0]) or os.path.islink(entries[0])):
        entries = entries_of(entries[0])
    owners = {*filter(None, map(owner_of, entries))}
    names = {entry.name for entry in entries}
    if owners and (len(owners) > 1 or not names & {*FILES}):
        return entries
    if not alone or any(task_of(name) is not None for name in names):
        return []
    tasks: Counter[int] = Counter()
    for entry in entries:
        files = ([file.name for file in files_in(entry)]
                 if os.path.isdir(entry) else [entry.name])
        tasks.update({*range(len(FILES))} if any(map(is_zip, files)) else {
            task for task in map(task_of, files) if task is not None})
    return entries if max(tasks.values(), default=0) > 1 else []


def is_container(place: Path) -> bool:
    """Return whether a path is a folder or a zip file."""
    return os.path.isdir(place) or is_zip(place.name)
