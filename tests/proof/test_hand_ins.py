"""Whose is what: the outcome is the same however a class is given."""
import os
import unicodedata
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from checker.command.hand_ins import MOST_FILES, NO_NAME
from checker.command.platform_names import named_by_platform
from checker.command.submissions import Layout, shown
from checker.report.owners import Owner
from checker.specification import FILES

MOODLE = '_assignsubmission_file'
ADA = f'Ada Lovelace_12{MOODLE}'


def zipped(contents):
    """Return a zip file with files; a text may be a zip file's contents."""
    made = BytesIO()
    with zipfile.ZipFile(made, 'w') as file:
        for name, content in contents.items():
            file.writestr(name, zipped(content) if isinstance(content, dict)
                          else content)
    return made.getvalue()


def unpacked(contents, folder):
    """Write files into a folder, zip files as zip files; return it."""
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(zipped(content) if isinstance(content, dict)
                         else content.encode())
    return folder


def laid_out(*paths, only=(0, 1)):
    """Return a layout of paths."""
    return Layout([*map(str, paths)], only)


def outcome(layout):
    """Return {name: ({task: content}, doubts)} and what is nobody's."""
    return {name: ({task: path.read_text() for task, path
                    in each.paths.items() if path.exists()}, each.doubts)
            for name, each in layout.submissions.items()}, layout.unassigned


def ways(contents, folder, name='class'):
    """Yield the outcome of each way to give a class; folder is empty."""
    (folder / f'{name}.zip').write_bytes(zipped(contents))
    unpacked(contents, folder / name)
    yield outcome(laid_out(folder / f'{name}.zip'))
    yield outcome(laid_out(folder / name))
    yield outcome(laid_out(*sorted((folder / name).iterdir())))


@pytest.mark.parametrize('name, owner, own, late', [
    ('lovelaceada_12_345_0-vanilla.py', ('lovelaceada', '12'),
     '0-vanilla.py', False),
    ('lovelaceada_LATE_12_345_a_1_2_b.py', ('lovelaceada', '12'),
     'a_1_2_b.py', True),
    ('नमिता_12_345_0-vanilla.py', ('नमिता', '12'), '0-vanilla.py', False),
    ('anon_ab12c_345_0-vanilla.py', ('', 'anon_ab12c'), '0-vanilla.py',
     False),
    ('LATE_anon_ab12c_345_0-vanilla.py', ('', 'anon_ab12c'), '0-vanilla.py',
     True),
    ('lovelaceada_12_text.html', ('lovelaceada', '12'), '', False),
    ('lovelaceada_LATE_12_link.html', ('lovelaceada', '12'), '', True),
    (ADA, ('Ada Lovelace', '12'), '', False),
    (f'{ADA}_', ('Ada Lovelace', '12'), '', False),
    ('Ada Lovelace_12_assignsubmission_onlinetext', ('Ada Lovelace', '12'),
     '', False),
    (f'{ADA}_0-vanilla.py', ('Ada Lovelace', '12'), '0-vanilla.py', False),
    (f'Default group{MOODLE}', ('Default group', ''), '', False),
    # What follows is the student's choice, and not somebody else.
    (f'eve_99_400_{ADA}_0-vanilla.py', ('eve', '99'),
     f'{ADA}_0-vanilla.py', False),
    (f'Eve E_99{MOODLE}_{ADA}_0-vanilla.py', ('Eve E', '99'),
     f'{ADA}_0-vanilla.py', False),
    (f'Eve_99{MOODLE}_12_3_0-vanilla.py', ('Eve', '99'),
     '12_3_0-vanilla.py', False)])
def test_platforms_say_whose_it_is(name, owner, own, late):
    """As Canvas and Moodle name files and folders."""
    found = named_by_platform(Path(name))
    assert (found.owner[1:], found.file, found.late) == (owner, own, late)
    assert found.owner.platform == (
        'moodle' if MOODLE[:17] in name[:40] and 'eve_' not in name
        else 'canvas')


@pytest.mark.parametrize('name', ['0-vanilla.py', 'ada_12_0-vanilla.py', 'x'])
def test_other_names_say_nothing(name):
    """A name alone is nobody's."""
    assert named_by_platform(Path(name)) is None


@pytest.mark.parametrize('files, chosen, doubt', [
    ({'0-vanilla.py': 'a', '1-sparse.py': 'b'}, {0: 'a', 1: 'b'}, ''),
    ({'0-vanilla (1).py': 'a', 'x/1-sparse.py': 'b'}, {0: 'a', 1: 'b'}, ''),
    ({'all.zip': {'y/0-vanilla.py': 'a', 'y/1-sparse.py': 'b'}},
     {0: 'a', 1: 'b'}, ''),
    ({'0-vanilla.py': 'a', 'rest.zip': {'1-sparse.py': 'b'}},
     {0: 'a', 1: 'b'}, ''),
    # The name that was asked for, at the top; copies are one file.
    ({'0-vanilla.py': 'a', 'old/0-vanilla.py': 'b', '1-sparse.py': ''},
     {0: 'a', 1: ''},
     'both 0-vanilla.py and old/0-vanilla.py could be meant: keep one'),
    ({'0-vanilla.py': 'a', 'all.zip': {'0-vanilla.py': 'a',
                                       '1-sparse.py': 'b'}},
     {0: 'a', 1: 'b'}, ''),
    ({'x/0-vanilla.py': 'a', 'y/0-vanilla.py': 'a', '1-sparse.py': ''},
     {0: 'a', 1: ''}, ''),
    ({'0-vanilla.py': 'a', '0-vanilla (1).py': 'b', '1-sparse.py': ''},
     {0: 'a', 1: ''},
     'both 0-vanilla.py and 0-vanilla (1).py could be meant: keep one'),
    ({'x/0-vanilla.py': 'a', 'y/0-vanilla.py': 'b', '1-sparse.py': ''},
     {1: ''},
     'both x/0-vanilla.py and y/0-vanilla.py could be meant: keep one'),
    # What was not read may be the work.
    ({'0-vanilla.py': 'a', '1-Sparse.py': 'b'}, {0: 'a'},
     f'1-Sparse.py {NO_NAME}'),
    ({'0-vanilla.py': 'a', '1-sparse.py.txt': 'b'}, {0: 'a'},
     f'1-sparse.py.txt {NO_NAME}'),
    ({'0-vanilla.py': 'a', 'rest.rar': ''}, {0: 'a'},
     f'rest.rar {NO_NAME}'),
    ({'0-vanilla.py': 'a', 'rest.zip': {'x.zip': {'1-sparse.py': ''}}},
     {0: 'a'}, f'rest.zip/x.zip {NO_NAME}'),
    ({'0-vanilla.py': 'a', 'rest.zip': 'cut'}, {0: 'a'},
     'rest.zip is not a whole zip file'),
    ({'0-vanilla.py': 'a', 'rest.zip': {}}, {0: 'a'}, 'rest.zip is empty'),
    ({'0-vanilla.py': 'a', 'mine/.git/x': '', 'mine/1-sparse.py': 'b'},
     {0: 'a'}, 'mine is a git clone inside'),
    # These are no work, nor is what machines add.
    ({'0-vanilla.py': 'a', 'README.md': '', '1-main.py': '', '.x/y.py': '',
      'plots/3-latent-plane.html': '', 'plots/0-worst.png': '',
      '.ipynb_checkpoints/1-sparse.py': '', '._1-sparse.py': '',
      '.DS_Store': '', '__MACOSX/1-sparse.py': ''}, {0: 'a'}, '')])
def test_hand_in_is_read_in_one_way(files, chosen, doubt, tmp_path):
    """In folders or a zip file, of a platform or not, alone or in a class."""
    others = {'bob': {0: 'b', 1: 'b'}, 'cy': {0: 'c', 1: 'c'}}
    if not doubt and not any('main' in name for name in files):
        assert outcome(laid_out(unpacked(files, tmp_path / 'ada')))[0] == {
            'ada': (chosen, [])}
    for place, prefix, names in (
            ('x', '{}/', ('ada', 'bob', 'cy')),
            ('y', f'{{}}_{MOODLE}/'.replace('__', '_1_'),
             ('ada_1', 'bob_1', 'cy_1'))):
        contents = {prefix.format('ada') + name: content
                    for name, content in files.items()}
        contents.update({prefix.format(other) + FILES[task]: content
                         for other, found in others.items()
                         for task, content in found.items()})
        if MOODLE in prefix:
            # To a platform, nothing is handed in by chance.
            contents = {name: content for name, content in contents.items()
                        if not name.endswith(('README.md', '-main.py'))}
        (tmp_path / place).mkdir()
        for found, unassigned in ways(contents, tmp_path / place):
            assert found == {
                names[0]: (chosen, [doubt] if doubt else []),
                names[1]: (others['bob'], []), names[2]: (others['cy'], [])}
            assert not unassigned


def test_files_that_canvas_has_named(tmp_path):
    """A later upload wins by the number that Canvas adds; text is no file."""
    contents = {
        'a_1_2_0-vanilla-2.py': '2', 'a_1_3_0-vanilla.py': '',
        'a_1_4_0-vanilla-10.py': '10', 'a_1_5_1-sparse.py': '',
        'b_LATE_2_5_0-vanilla.py': 'b', 'b_LATE_2_6_my0-vanilla.py': '',
        'c_3_99_0-vanilla.py': 'x', 'c_3_100_0-vanilla.py': 'y',
        'd_4_7_work.zip': {'0-vanilla.py': 'd', '1-sparse.py': 'd'},
        'e_5_text.html': 'e', 'f_6_link.html': 'f', 'solution.py': '',
        '__MACOSX/._a_1_2_0-vanilla.py': '', '.DS_Store': ''}
    for found, unassigned in ways(contents, tmp_path):
        assert {name: each[0] for name, each in found.items()} == {
            'a_1': {0: '10', 1: ''}, 'b_2': {0: 'b'}, 'c_3': {},
            'd_4': {0: 'd', 1: 'd'}, 'e_5': {}, 'f_6': {}}
        assert not found['a_1'][1] and not found['d_4'][1]
        assert found['b_2'][1] == [
            'both b_LATE_2_5_0-vanilla.py and b_LATE_2_6_my0-vanilla.py could '
            'be meant: keep one']
        assert 'both c_3_' in found['c_3'][1][0]
        assert found['e_5'][1] == [f'e_5_text.html {NO_NAME}']
        assert unassigned == ['nobody knows whose it is: solution.py']
    layout = laid_out(tmp_path / 'class')
    assert [name for name, each in layout.submissions.items()
            if each.late] == ['b_2']
    assert layout.uploaded
    assert '    uploaded again: a_1_3_0-vanilla.py' in layout.told
    # A teacher's own file is nobody's.
    (tmp_path / 'class' / FILES[1]).touch()
    layout = laid_out(tmp_path / 'class')
    assert len(layout.submissions) == 6 and layout.unassigned == [
        f'nobody knows whose it is: {name}' for name in (
            FILES[1], 'solution.py')]
    # Somebody's own folder may have such a file, too.
    unpacked({'a_1_2_0-vanilla.py': '', FILES[1]: ''}, tmp_path / 'own')
    assert [*laid_out(tmp_path / 'own').submissions] == ['own']


def test_folders_that_moodle_has_named(tmp_path):
    """Folders of students and of groups, online text, files without folders.
    """
    contents = {
        f'{ADA}/0-vanilla.py': 'a', f'{ADA}/sub/1-sparse.py': 'a',
        'Ada Lovelace_12_assignsubmission_onlinetext/onlinetext.html': '',
        f'Team A_12{MOODLE}/0-vanilla.py': 't', f'Team A_12{MOODLE}/x.py': '',
        f'Default group{MOODLE}/0-vanilla.py': 'd',
        'Bo B_13_assignsubmission_onlinetext/onlinetext.html': '',
        f'Cy C_14{MOODLE}_0-vanilla.py': 'c',
        f'Cy C_14{MOODLE}_w.zip': {'1-sparse.py': 'c'}}
    for found, unassigned in ways(contents, tmp_path):
        assert found == {
            'Ada Lovelace_12': ({0: 'a', 1: 'a'}, []),
            'Team A_12': ({0: 't'}, [f'x.py {NO_NAME}']),
            'Default group': ({0: 'd'}, []),
            'Bo B_13': ({}, [f'onlinetext.html {NO_NAME}']),
            'Cy C_14': ({0: 'c', 1: 'c'}, [])} and not unassigned


def test_downloads_together_are_one_class(tmp_path):
    """Two sections, of which one may be unpacked; twice the same is one."""
    first, second = ({f'x_{number}_1_{name}': name for name in FILES[:2]}
                     for number in (1, 2))
    (tmp_path / '1.zip').write_bytes(zipped(first))
    unpacked(first, tmp_path / '1')
    unpacked(second, tmp_path / '2')
    paths = [tmp_path / name for name in ('1.zip', '1', '2')]
    found, unassigned = outcome(laid_out(*paths))
    assert found == {f'x_{number}': ({0: FILES[0], 1: FILES[1]}, [])
                     for number in (1, 2)} and not unassigned


@pytest.mark.parametrize('name', ['eve.zip', 'eve'])
def test_student_is_not_somebody_else(tmp_path, name):
    """Beside others, a zip file or folder is one student's."""
    files = {'ada_12_3_0-vanilla.py': 'a', 'bob_13_4_0-vanilla.py': 'b'}
    unpacked({'eve.zip': files, 'bob/0-vanilla.py': 'right',
              **{f'eve/{name}': text for name, text in files.items()}},
             tmp_path)
    (tmp_path / 'eve' / 'loop').symlink_to('loop')
    found, unassigned = outcome(laid_out(tmp_path / name, tmp_path / 'bob'))
    assert [*found] == ['eve', 'bob'] and found['bob'][0] == {0: 'right'}
    assert found['eve'][0] == {} and 'could be meant' in found['eve'][1][0]
    line, = unassigned
    assert line.startswith(f'{name} has files of several students')


def test_zip_files_are_named_after_the_platform(tmp_path):
    """As given by */*.zip; what is inside a folder is the student's choice.
    """
    for folder in (ADA, f'Bob_13{MOODLE}', 'x', 'y'):
        unpacked({'work.zip': {'0-vanilla.py': folder}}, tmp_path / folder)
    unpacked({'ada_1_2_w.zip': {'0-vanilla.py': 'z'}}, tmp_path / 'z')
    found, _ = outcome(laid_out(*sorted(tmp_path.glob('*/*.zip'))))
    assert [*found] == [
        'Ada Lovelace_12', 'Bob_13', str(tmp_path / 'x/work.zip'),
        str(tmp_path / 'y/work.zip'), 'ada_1_2_w']
    assert all(each[0] for each in found.values())


def test_class_may_be_in_a_folder(tmp_path):
    """One that was zipped as a whole, also where backslashes separate."""
    for number, separator in enumerate('/\\'):
        path = tmp_path / f'{number}.zip'
        path.write_bytes(zipped({
            separator.join(('class', who, FILES[0])): who
            for who in ('ada', 'bob')}))
        assert {name: each[0][0] for name, each in outcome(
            laid_out(path))[0].items()} == {'ada': 'ada', 'bob': 'bob'}


@pytest.mark.parametrize('written, name', [
    ('müller'.encode('cp437'), 'müller'), ('Ádám'.encode('cp850'), 'Ádám'),
    (unicodedata.normalize('NFD', 'müller').encode(), 'müller')])
def test_names_in_a_zip_file_are_readable(written, name, tmp_path):
    """Without the flag that they are UTF-8, and with accents split off."""
    content = zipped({f'{"#" * len(written)}/0-vanilla.py': 'a',
                      'bob/0-vanilla.py': 'b'})
    path = tmp_path / 'x.zip'
    path.write_bytes(content.replace(b'#' * len(written), written))
    assert [*laid_out(path).submissions] == ['bob', name] or [
        *laid_out(path).submissions] == [name, 'bob']


def test_zip_file_is_read_with_care(tmp_path):
    """Only what may be work, only up to its limit, no links."""
    path = tmp_path / 'all.zip'
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as file:
        file.writestr('../../ada/0-vanilla.py', 'right')
        file.writestr('bob/0-vanilla.py', b' ' * 10**8)
        file.writestr('bob/notes.txt', b'x' * 10**6)
        link = zipfile.ZipInfo('eve/0-vanilla.py')
        link.external_attr = 0o120777 << 16
        file.writestr(link, '/etc/passwd')
        for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            file.writestr(f'cy{method}/0-vanilla.py', 'x', method)
        file.writestr(f'{"d" * 65000}/0-vanilla.py', 'x')
        file.writestr(f'fay/{"é" * 300}0-vanilla.py', 'x')
        file.writestr('gil/0-vanilla.py', 'x')
        with pytest.warns(UserWarning):
            file.writestr('gil/0-vanilla.py', 'y')
    layout = laid_out(path, only=[0])
    found = outcome(layout)[0]
    assert {*found} == {'ada', 'bob', 'eve', 'cy12', 'cy14', 'fay', 'gil'}
    assert layout.unassigned == [f'nobody knows whose it is: {"d" * 255}']
    assert found['ada'] == ({0: 'right'}, [])
    assert layout.submissions['bob'].paths[0].stat().st_size == 2 ** 16 + 1
    for name, doubt in (('eve', 'is a link'), ('cy12', 'cannot be unpacked'),
                        ('cy14', 'cannot be unpacked'),
                        ('gil', 'is in the zip file twice')):
        assert found[name] == ({}, [f'0-vanilla.py {doubt}'])
    scratch = next(iter(layout.unpacker._known.values()))[0]
    assert sum(each.stat().st_size for each in scratch.rglob('*')
               if each.is_file()) < 10**5


def test_what_cannot_be_read_is_a_problem_of_one(tmp_path):
    """A broken zip file, a FIFO and too many files cost nobody else."""
    unpacked({'a.zip': 'cut', 'bob/0-vanilla.py': 'b'}, tmp_path)
    os.mkfifo(tmp_path / 'c.zip')
    (tmp_path / 'dee').mkdir()
    for number in range(MOST_FILES + 5):
        (tmp_path / 'dee' / str(number)).touch()
    found, _ = outcome(laid_out(*sorted(tmp_path.iterdir()), only=[0]))
    assert found['a'][1] == ['a.zip is not a whole zip file']
    assert found['bob'] == ({0: 'b'}, [])
    assert found['c'][1] == ['c.zip is not a file']
    assert [*laid_out(tmp_path / 'bob').submissions] == ['bob']
    with pytest.raises(ValueError, match='is not a whole zip file'):
        laid_out(tmp_path / 'a.zip')


def test_links_are_not_followed(tmp_path):
    """Neither those that a platform would have named nor folders."""
    unpacked({'ada/0-vanilla.py': 'a', 'all/bob/0-vanilla.py': 'b',
              'all/cy/0-vanilla.py': 'c'}, tmp_path)
    (tmp_path / 'all' / f'eve_9{MOODLE}').symlink_to('../ada')
    (tmp_path / 'all' / 'bob' / 'x').symlink_to('../../ada')
    found, _ = outcome(laid_out(tmp_path / 'all', only=[0]))
    assert found['eve_9'] == ({}, [f'eve_9{MOODLE} is a link'])
    (tmp_path / 'all' / f'eve_9{MOODLE}').rename(tmp_path / 'all' / 'eve')
    found, _ = outcome(laid_out(*(tmp_path / 'all').iterdir(), only=[0]))
    assert found == {'bob': ({0: 'b'}, []), 'cy': ({0: 'c'}, []),
                     'eve': ({}, ['eve is a link'])}


def test_names_are_shown_in_one_line(tmp_path):
    """Names of files cannot write to the terminal."""
    (tmp_path / 'a\x1b\n_1_2_0-vanilla.py').touch()
    (tmp_path / 'b_1_2_0-vanilla\x1b.py').touch()
    layout = laid_out(tmp_path)
    lines = [*layout.told, *layout.unassigned]
    assert not any('\x1b' in line or '\n' in line for line in lines)
    assert shown('\u3164 ') == r"'\u3164 '"


def test_own_folder_stands_for_its_files(tmp_path):
    """If it has them all, what is below is not looked at."""
    unpacked({'0-vanilla.py': 'a', '1-sparse.py': 'b',
              'mywork/0-vanilla.py': 'x'}, tmp_path / 'ada')
    assert outcome(laid_out(tmp_path / 'ada'))[0] == {
        'ada': ({0: 'a', 1: 'b'}, [])}


def test_files_are_checked_by_themselves(tmp_path):
    """Those that no platform has named."""
    names = '0-vanilla.py', 'x_1_2_1-sparse.py'
    unpacked(dict.fromkeys(names, ''), tmp_path)
    for name, tasks in zip(names, ([0], [0, 1])):
        (each,) = laid_out(tmp_path / name).submissions.values()
        assert [*each.paths] == tasks
    both = laid_out(*(tmp_path / name for name in names)).submissions
    assert [[*each.paths] for each in both.values()] == [[0], [0, 1]]
    assert both['x_1'].owner == Owner('canvas', 'x', '1')


@pytest.mark.parametrize('files, names', [
    # Two that may have the same file make a class.
    ({'ada/0-vanilla.py': 'a', 'bob/0-vanilla.py': 'b', 'cy/README.md': ''},
     ['ada', 'bob', 'cy']),
    ({'ada/0-vanilla.py': 'a', 'bob/w.zip': {'x.py': ''}}, ['ada', 'bob']),
    ({'ada.zip': {'0-vanilla.py': ''}, 'bob.zip': {'0-vanilla.py': ''}},
     ['ada', 'bob']),
    # One person's folders have different files.
    ({'vanilla/0-vanilla.py': 'a', 'sparse/1-sparse.py': 'b',
      '.git/0-vanilla.py': ''}, ['given']),
    # Canvas names no folders.
    ({'lab_1_2_ada/0-vanilla.py': 'a', 'lab_1_2_bob/0-vanilla.py': 'b'},
     ['lab_1_2_ada', 'lab_1_2_bob']),
    # Downloads, and what a teacher keeps beside them.
    ({'1.zip': {'a_1_2_0-vanilla.py': 'a', 'b_2_3_0-vanilla.py': 'b'},
      '2.zip': {f'{ADA}/0-vanilla.py': 'c'}, 'list.csv': ''},
     ['a_1', 'b_2', 'Ada Lovelace_12'])])
def test_folder_of_a_class_is_told_from_that_of_a_person(files, names,
                                                         tmp_path):
    """Zipped or not, whatever is in it."""
    (tmp_path / 'given.zip').write_bytes(zipped(files))
    unpacked(files, tmp_path / 'given')
    for path in ('given', 'given.zip'):
        assert [*laid_out(tmp_path / path).submissions] == names


def test_folder_beside_those_of_a_platform_is_one_persons(tmp_path):
    """It does not become a part of somebody else's work."""
    unpacked({f'{ADA}/0-vanilla.py': 'a', f'Bob_13{MOODLE}/0-vanilla.py': '',
              'eve.zip': {f'{ADA}/1-sparse.py': 'e'}}, tmp_path)
    found, _ = outcome(laid_out(*sorted(tmp_path.iterdir())))
    assert found == {'Ada Lovelace_12': ({0: 'a'}, []),
                     'Bob_13': ({0: ''}, []), 'eve': ({1: 'e'}, [])}


def test_odd_trees_stop_nobody(tmp_path):
    """Deep and long paths, too many files, and names that are no UTF-8."""
    unpacked({'bob/0-vanilla.py': 'b', 'eve/0-vanilla.py': 'e'}, tmp_path)
    place, here = tmp_path / 'eve', os.getcwd()
    try:
        os.chdir(place)
        for _ in range(20):
            os.mkdir('x' * 250)
            os.chdir('x' * 250)
    finally:
        os.chdir(here)
    (tmp_path / 'cy').mkdir()
    place = tmp_path / 'cy'
    for _ in range(300):
        place = place / 'a'
        place.mkdir()
    (place / '0-vanilla.py').write_text('c')
    (tmp_path / 'dee').mkdir()
    for number in range(MOST_FILES + 1):
        (tmp_path / 'dee' / f'{number}.png').touch()
    found, _ = outcome(laid_out(*sorted(tmp_path.iterdir())))
    assert found['bob'][0] == {0: 'b'} and found['cy'][0] == {0: 'c'}
    assert len(found['eve'][1][0]) < 200
    assert found['dee'][1] == [f'the rest is left out: only {MOST_FILES} '
                               'files are looked at']


def test_zip_files_inside_are_not_kept(tmp_path):
    """Nobody fills the disk with zip files in his zip file."""
    large = zipped({'x': ' ' * 10**6})
    unpacked({'bob/0-vanilla.py': ''}, tmp_path)
    with zipfile.ZipFile(tmp_path / 'eve.zip', 'w') as file:
        for number in range(20):
            file.writestr(f'{number}.zip', large)
    layout = laid_out(tmp_path / 'bob', tmp_path / 'eve.zip')
    scratch = Path(layout.unpacker._scratch.name)
    assert sum(each.stat().st_size for each in scratch.rglob('*')
               if each.is_file()) < 10**5
    assert layout.submissions['eve'].doubts


def test_name_in_unicode_beside_one_that_is_not(tmp_path):
    """Some programs add it without the flag; the class is read all the same.
    """
    name = f'Zoë Łuk_12{MOODLE}/0-vanilla.py'
    plain = ascii(name)[1:-1].replace('\\', '_').encode()
    extra = bytes([1]) + zlib.crc32(plain).to_bytes(4, 'little') + (
        name.encode())
    member = zipfile.ZipInfo(plain.decode())
    member.extra = b'up' + len(extra).to_bytes(2, 'little') + extra
    with zipfile.ZipFile(tmp_path / 'x.zip', 'w') as file:
        file.writestr(member, 'z')
        file.writestr(f'{ADA}/0-vanilla.py', 'a')
    found, unassigned = outcome(laid_out(tmp_path / 'x.zip', only=[0]))
    assert len(found) == 2 and found['Ada Lovelace_12'] == ({0: 'a'}, [])
    assert not unassigned


def test_conflicts_in_a_zip_file_cost_their_own_student(tmp_path):
    """A folder inside a file, a file that is a folder, a clone in a file."""
    with zipfile.ZipFile(tmp_path / 'x.zip', 'w') as file:
        for name in (f'{ADA}/x', f'{ADA}/x/.git/c', f'{ADA}/x/0-vanilla.py',
                     f'{ADA}/y/0-vanilla.py', f'{ADA}/y',
                     f'Bob_13{MOODLE}/0-vanilla.py'):
            file.writestr(name, 'text')
    found, unassigned = outcome(laid_out(tmp_path / 'x.zip', only=[0, 1]))
    assert found == {'Ada Lovelace_12': (
        {0: 'text'}, ['x is in the zip file twice']),
        'Bob_13': ({0: 'text'}, [])} and not unassigned


@pytest.mark.parametrize('files', [
    # The whole repository, and data beside the work.
    {'project/.git/x': '', 'project/0-vanilla.py': 'a'},
    {'src/0-vanilla.py': 'a', 'docs/x.txt': '', 'data.zip': {'x.png': ''}}])
def test_project_of_one_person_is_read(files, tmp_path):
    """Given alone or beside others, zipped or not."""
    (tmp_path / 'ada.zip').write_bytes(zipped(files))
    unpacked(files, tmp_path / 'ada')
    unpacked({'bob/0-vanilla.py': 'b'}, tmp_path)
    for path in ('ada', 'ada.zip'):
        for beside in ([], ['bob']):
            found, _ = outcome(laid_out(*(
                tmp_path / name for name in (path, *beside)), only=[0]))
            assert found['ada'] == ({0: 'a'}, [])
            assert [*found] == ['ada', *beside]
