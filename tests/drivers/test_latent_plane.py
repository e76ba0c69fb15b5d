"""The page of driver 3 decodes in a browser what the decoder does here."""
import html
import json
import re
import shutil
import subprocess

import latent_plane
import mnist
import numpy as np
import options
import pytest
from tensorflow import keras

BROWSER = shutil.which('chromium') or shutil.which('google-chrome')
CLASSES = 'nought', *map(str, range(1, 9)), 'nine'
RANDOM = np.random.default_rng(0)
# In the browser: three places of the pointer, a key, a click, and a walk.
ASK = '''
<script>
const answers = [];
const pixels = (id, left = 0) => [...$(id).getContext('2d').getImageData(
  left, 0, 28, 28).data].filter((_, i) => i % 4 == 0);
const point = (kind, across, down, shiftKey = false) => {
  const box = plane.getBoundingClientRect();
  plane.dispatchEvent(new PointerEvent(kind, {shiftKey,
    clientX: box.left + across * box.width,
    clientY: box.top + down * box.height}));
  answers.push({at, drawn: pixels('drawn')});
};
addEventListener('load', () => {
  point('pointermove', .5, .45);
  point('pointermove', .1, .2);
  point('pointermove', .7, .9);
  plane.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowUp'}));
  answers.push({at, drawn: pixels('drawn')});
  point('click', .6, .3);
  const spread = ['cx', 'cy', 'rx', 'ry'].map(
    name => $('spread').getAttribute(name) / UNIT);
  const seen = {answers, spread, digit: pixels('digit'),
                rebuilt: pixels('rebuilt'), what: $('what').textContent,
                before: location.hash};
  prior.click();
  point('click', .3, .6, true);
  const walked = [location.hash, $('told').textContent];
  seen.steps = [0, 3, 9].map(step => pixels('steps', 28 * step));
  // Somebody follows a link, which lacks where the walk ends.
  location.hash = '#from=3';
  restore();
  const plain = [location.hash, getComputedStyle($('walk')).visibility];
  location.hash = walked[0];
  restore();
  seen.walked = [...walked, location.hash, $('told').textContent];
  seen.plain = [...plain, getComputedStyle($('walk')).visibility];
  document.body.textContent = JSON.stringify(seen);
});
</script>
</body>
'''


def decoder(hidden):
    """Return a decoder of images with contrast."""
    autoencoder = options.load(options.ROOT / '3-variational.py')
    _, model, _ = autoencoder(784, hidden, 2)
    model.set_weights([
        RANDOM.normal(0, 2 / len(array) ** 0.5, array.shape)
        for array in model.get_weights()])
    return model


@pytest.fixture
def write(tmp_path):
    """Return a function that writes the page of a decoder.

    It returns the page's path, and the means, log variances and labels of
    the 2,000 digits in it.
    """
    def page(model):
        (digits, labels), _ = mnist.packaged()
        z_mean, z_log_var = RANDOM.standard_normal((2, len(digits), 2))
        latent_plane.write(tmp_path / 'page.html', model,
                           digits.reshape(-1, 784), labels, z_mean, z_log_var,
                           CLASSES)
        return (tmp_path / 'page.html', digits, labels, z_mean[:2000],
                z_log_var[:2000])

    return page


def grey(model, z):
    """Return the greys, 0 to 255, of a decoded point, and how far off the
    page may be: as far as weights of 16 bits take it, and then rounding."""
    expected = 255 * model.predict(np.array([z]), verbose=0)[0]
    halves = [array.astype('float16').astype(float)
              for array in model.get_weights()]
    found = 255 * latent_plane.decode(halves, np.array([z]))[0]
    return expected, abs(found - expected) + 0.51


@pytest.mark.skipif(not BROWSER, reason='no Chromium nor Chrome is installed')
@pytest.mark.parametrize('hidden', [[512], [40, 24], []])
def test_page_draws_what_the_decoder_predicts(write, hidden):
    """At six points, on a walk, at a digit that is chosen; to 16 bits."""
    model = decoder(hidden)
    path, digits, labels, z_mean, z_log_var = write(model)
    path.write_text(path.read_text().replace('</body>\n', ASK))
    shown = subprocess.run(
        [BROWSER, '--headless', '--no-sandbox', '--disable-gpu',
         '--virtual-time-budget=10000', '--dump-dom', path.as_uri()],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        timeout=120, check=True).stdout
    found = json.loads(html.unescape(
        re.search('<body>(.*)</body>', shown, re.DOTALL)[1]))
    places = [answer['at'] for answer in found['answers']]
    assert len({tuple(place) for place in places}) == 6
    nearest = np.hypot(*(z_mean - places[4]).T).argmin()
    drawn = [answer['drawn'] for answer in found['answers']]
    for place, pixels in zip([*places, z_mean[nearest].round(4)],
                             [*drawn, found['rebuilt']]):
        expected, off = grey(model, place)
        assert (abs(pixels - expected) <= off).all()
        assert np.ptp(pixels) > 100 and off.max() < 3
    np.testing.assert_array_equal(found['digit'], digits[nearest].ravel())
    assert found['what'] == (
        f'test digit {nearest}, class {CLASSES[labels[nearest]]}')
    np.testing.assert_allclose(found['spread'], [
        *z_mean[nearest] * [1, -1], *np.exp(z_log_var[nearest] / 2)],
        atol=1e-4)
    address, told, *again = found['walked']
    other = int(re.fullmatch(f'#digit=([0-9]+)&from={nearest}&prior',
                             address)[1])
    assert told == f'walk from test digit {nearest} to digit {other}'
    assert again == [address, told]
    assert found['before'] == f'#digit={nearest}'
    assert re.fullmatch('#digit=[0-9]+', found['plain'][0])
    assert found['plain'][1:] == ['hidden', 'visible']
    for step, pixels in zip((0, 3, 9), found['steps']):
        share = step / 9
        expected, off = grey(model, (1 - share) * z_mean[nearest].round(4)
                             + share * z_mean[other].round(4))
        assert (abs(pixels - expected) <= off).all()


@pytest.mark.parametrize('points, expected', [
    ([[0, 0], [2, 1]], [-.1, -.05, 2.1, 1.05]),
    ([[0, 5], [3, 5]], [-.15, 4.45, 3.15, 5.55]),
    ([[1, 1], [1, 1]], [.99945, .99945, 1.00055, 1.00055])])
def test_box_holds_the_points(points, expected):
    """With 5 % around them, and never narrow."""
    np.testing.assert_allclose(latent_plane.box(np.array(points, float)),
                               expected)


def test_page_is_one_small_file(write, capsys):
    """It names nothing outside, and has weights and digits in 2 MB."""
    path, *_ = write(decoder([512]))
    assert capsys.readouterr().out == f'Page: {path}\n'
    text = path.read_text()
    assert '://' not in text and 'null;' not in text
    assert path.stat().st_size < 2_000_000


@pytest.mark.parametrize('change', ['activation', 'layer'])
def test_page_of_a_different_decoder_is_left_out(write, change, capsys):
    """A page that would draw wrong digits is not written; a line says so."""
    inputs = keras.Input((2,))
    hidden = keras.layers.Dense(8, activation=(
        'tanh' if change == 'activation' else 'relu'))(inputs)
    if change == 'layer':
        hidden = keras.layers.LayerNormalization()(hidden)
    outputs = keras.layers.Dense(784, activation='sigmoid')(hidden)
    path, *_ = write(keras.Model(inputs, outputs))
    assert not path.exists()
    assert capsys.readouterr().out.startswith('Page: left out, ')
