"""What can be wrong with the files and folders of the command.

Each function returns a sentence, or '' if nothing is wrong. Those for paths,
class list, records and user also put what they opened into the options.
"""
import argparse
import errno
import os
from pathlib import Path

from checker.command.hand_ins import is_zip, task_of
from checker.command.submissions import Layout, shown
from checker.report import record
from checker.report.class_list import ClassList, WrongList
from checker.report.files import is_special
from checker.specification import FILES

DENIED = os.strerror(errno.EACCES)


def with_paths(options: argparse.Namespace) -> str:
    """Lay out what is given; return why a path cannot be used, or ''."""
    for number, path in enumerate(options.paths):
        problem = with_path(path, options.paths[:number],
                            len(options.paths) == 1)
        if problem:
            return problem
    try:
        options.layout = Layout(options.paths, options.only)
    except ValueError as error:
        return f'cannot read {shown(options.paths[0])}: it {error}'
    found = options.layout.submissions.values()
    # Nobody asks for all that is below the folder where he happens to be.
    nothing = options.is_default and not any(
        map(os.path.lexists, (FILES[task] for task in options.only)))
    if nothing or options.paths and not any(
            each.names or each.doubts and (each.owner.platform
                                           or len(found) > 1)
            for each in found):
        names = ', '.join(FILES[task] for task in options.only)
        where = shown(options.paths[0]) if len(options.paths) == 1 else (
            'any of these')
        return f'no numbered file in {where} ({names})'
    # A class is judged by one measure, though it may come in parts.
    options.uploaded |= options.layout.uploaded or any(
        entry['options']['uploaded'] for entry in options.known.values())
    return with_list(options) or with_outputs(options)


def with_outputs(options: argparse.Namespace) -> str:
    """Return why a file of results cannot be written, or ''."""
    taken = {*map(os.path.realpath, options.layout.given)}
    if options.classlist:
        taken |= {*map(os.path.realpath, (options.classlist.path,
                                          options.classlist.graded))}
    for name in ('grades', 'gradebook', 'junitxml', 'json'):
        path = getattr(options, name)
        if not path:
            continue
        problem = with_file(path) or 'it is read or written already' * (
            os.path.realpath(path) in taken)
        if problem:
            return f'--{name}: cannot write {shown(str(path))}: {problem}'
        taken.add(os.path.realpath(path))
    return ''


def with_list(options: argparse.Namespace) -> str:
    """Read the class list; return why it cannot be used, or ''."""
    if not options.classlist:
        return '--column needs --classlist FILE' if options.column else ''
    name = shown(str(options.classlist))
    try:
        options.classlist = ClassList(options.classlist, options.column)
    except WrongList as error:
        return f'--classlist: cannot read {name}: {shown(str(error))}'
    problem = with_file(options.classlist.graded)
    return problem and (f'--classlist: cannot write '
                        f'{shown(str(options.classlist.graded))}: {problem}')


def with_records(options: argparse.Namespace) -> str:
    """Read the records; return why one cannot be used, or ''."""
    if options.resume and not options.json:
        return '--resume needs --json FILE'
    options.known, options.older, options.joined = {}, None, None
    options.several = set()
    if options.join and (options.resume or options.k):
        return '--join checks nothing: leave out --resume and -k'
    if options.join:
        try:
            options.known, options.several = record.join(options.join)
        except record.WrongRecord as error:
            return f'--join: {shown(str(error))}'
        entry = next(iter(options.known.values()), None)
        if entry:
            options.joined = record.judging_in(entry)
            options.only = options.joined['options']['only']
            options.k = options.joined['options']['k']
    for name, path in (('resume', options.resume and options.json),
                       ('since', options.since)):
        # A record that is not there yet has nothing to take over.
        if not path or name == 'resume' and not path.exists():
            continue
        try:
            entries = record.read(path)
        except record.WrongRecord as error:
            return f'--{name}: cannot read {shown(str(path))}: {error}'
        setattr(options, 'known' if name == 'resume' else 'older', entries)
    if options.k and (options.gradebook or options.points
                      or options.classlist):
        return 'points need all checks: leave out -k'
    return ''


def with_user(options: argparse.Namespace) -> str:
    """Look the user up; return why files cannot run so, or ''."""
    try:
        import pwd
        user = pwd.getpwnam(options.user)
    except (ImportError, KeyError):
        return f'--user: no such user: {shown(options.user)}'
    options.user = user.pw_uid, user.pw_gid
    return '' if os.getuid() == 0 else '--user: only root can do this'


def with_path(path: str, before: list[str], alone: bool) -> str:
    """Return why a path cannot be used, or ''."""
    name = shown(path)
    if not os.path.lexists(path):
        kind = 'file' if path.endswith('.py') or is_zip(path) else 'folder'
        return f'no such {kind}: {name}'
    if alone and not (os.path.isdir(path) or is_zip(path)
                      or task_of(path) is not None):
        stems = ', '.join(file.removesuffix('.py') for file in FILES)
        return (f'{name} is not a numbered file: its name must contain one '
                f'of {stems}, and end with .py')
    if os.path.exists(path) and any(
            os.path.exists(other) and os.path.samefile(path, other)
            for other in before):
        return f'{name} was given twice'
    return ''


def with_file(path: Path) -> str:
    """Return why a file cannot be written, or ''."""
    folder = path.absolute().parent
    try:
        if path.is_dir():
            return 'it is a folder'
        if not folder.is_dir():
            return f'no such folder: {shown(str(folder))}'
        places = [path] if path.exists() else []
        if not is_special(path):
            places.append(folder)
    except OSError as error:
        return error.strerror or 'unknown error'
    return '' if all(os.access(place, os.W_OK) for place in places) else DENIED


def with_folder(folder: Path) -> str:
    """Make a folder for results; return why that fails, or ''."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        return error.strerror or 'unknown error'
    return '' if os.access(folder, os.W_OK) else DENIED
