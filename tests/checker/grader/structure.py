"""What every file must build: the requirements on models and weights."""
import dataclasses
from collections.abc import Sequence

from checker.grader.call import Call
from checker.grader.failure import Failure, NotRun
from checker.grader.keras_errors import fix_for
from checker.grader.layer_specs import LayerSpec
from checker.grader.matching import shapes
from checker.grader.requirement import requirement
from checker.grader.session import THREE
from checker.protocol import NAMES, Layer

UPSIDE_DOWN = (
    'The decoder takes the list from its end, reversed(...), and ends with '
    'the size of the input.')
EDGES = (
    "In the encoder padding='same' keeps odd edges; in the decoder only the "
    "second-to-last convolution has padding='valid', and the last one has as "
    'many filters as input_dims has channels.')


@requirement(repeated=True, example='def autoencoder(')
def every_call_builds(call: Call) -> None:
    """autoencoder() builds its models."""
    if isinstance(call.returned, Failure):
        raise call.returned


@requirement(repeated=True, after=[every_call_builds],
             example='return encoder')
def returns_three_models(call: Call) -> None:
    """autoencoder() returns encoder, decoder and auto."""
    found = call.build.returned
    if found != THREE:
        foreign = 'tensorflow.python' in found
        raise Failure(
            'three models: encoder, decoder, auto', found,
            'Import tensorflow.keras: tensorflow.python.keras is internal.'
            if foreign else 'End with: return encoder, decoder, auto')


@requirement(repeated=True, after=[returns_three_models], example='reversed(')
def arguments_are_left_alone(call: Call) -> None:
    """The lists that are passed in stay as they are."""
    if call.build.changed:
        raise Failure(
            f'the arguments unchanged: {call.spec}', call.build.changed,
            'reversed(x) and x[::-1] leave the list as it is; x.reverse() '
            'and x.pop() change it.')


@requirement(repeated=True, after=[returns_three_models],
             example='auto.compile(')
def every_call_builds_new_models(call: Call) -> None:
    """Every call builds new models."""
    if not call.build.earlier:
        raise NotRun('there is no earlier call to compare with')
    if call.build.shared:
        raise Failure(
            'models that share nothing with those of an earlier call',
            call.build.shared,
            'Make every layer, model and optimizer inside the function.')


@requirement(repeated=True, after=[returns_three_models],
             example='encoder = keras.Model(')
def shapes_are_right(call: Call) -> None:
    """Each model takes and gives the right shapes."""
    inputs, latent = call.spec.inputs, call.spec.latent
    codes = [latent] * (3 if call.spec.task == 3 else 1)
    for name, given, wanted in (('encoder', inputs, codes),
                                ('decoder', latent, [inputs]),
                                ('auto', inputs, [inputs])):
        model = call.build.models[name]
        expected = f'{name} maps {given} to {spelled(wanted)}'
        if model.error:
            raise Failure(expected, f'an error: {model.error}',
                          fix_for(model.error))
        if list(model.shapes) != wanted:
            raise Failure(
                expected, f'{name} maps {given} to {spelled(model.shapes)}'
                + by_layers(call, name), fix_of_shapes(call, name))


def spelled(sizes: Sequence[tuple[int, ...]]) -> str:
    """Return shapes in a line."""
    return ', '.join(map(str, sizes)) or 'nothing'


def fix_of_shapes(call: Call, name: str) -> str:
    """Return what to type if a model gives wrong shapes."""
    found = call.build.models[name].shapes
    if call.spec.task == 2:
        return EDGES
    if name == 'encoder' and call.spec.task == 3 and len(found) < 3:
        return ('The encoder has a list of three outputs: '
                'keras.Model(inputs, [z, mean, log_variance]).')
    return ''


def by_layers(call: Call, name: str) -> str:
    """Return which layers a model of file 2 has, as they may explain it."""
    told = ', '.join(map(spell, call.build.models[name].layers))
    return f', by {told}' * (call.spec.task == 2)


def spell(layer: Layer, sizes: Sequence[int] = ()) -> str:
    """Return a layer as a student would write it, for short."""
    told = ', '.join([*map(str, sizes), *layer.settings])
    return layer.kind + (f'({told})' if told else '')


@requirement(repeated=True, after=[returns_three_models], example='    for ',
             question='What is a bottleneck?')
def encoder_has_the_layers(call: Call) -> None:
    """The encoder has the layers that the arguments ask for."""
    compare_layers(call, 'encoder', call.spec.encoder)


@requirement(repeated=True, after=[returns_three_models], example='reversed(')
def decoder_has_the_layers(call: Call) -> None:
    """The decoder has the hidden layers in reverse, then the output."""
    compare_layers(call, 'decoder', call.spec.decoder)


def compare_layers(call: Call, half: str,
                   specs: Sequence[LayerSpec]) -> None:
    """Require that a model has exactly the weights of some layers."""
    model = call.build.models[half]
    wanted = sorted(shapes(specs))
    found = sorted(call.build.weights[place] for place in model.weights)
    if wanted == found:
        return
    expected = ', '.join(map(str, specs))
    if call.spec.task == 2:
        expected += ', with kernels of 3 x 3'
    if call.spec.task == 3 and half == 'encoder':
        expected += ', the last two for mean and log variance'
    layers = [layer for layer in model.layers if layer.weights]
    told = ', '.join(spell(layer, size_of(call, layer)) for layer in layers)
    short = ', '.join(spell(dataclasses.replace(layer, settings=()),
                            size_of(call, layer)) for layer in layers)
    if short == ', '.join(map(str, specs)) and kernels_fit(found):
        told = (f'weights of the shapes {str(found)[1:-1]} instead of '
                f'{str(wanted)[1:-1]}')
        fix = ('Each layer has a kernel and a bias, and takes what the layer '
               'before it gives.')
    else:
        fix = fix_of_layers(half, layers, found)
    raise Failure(f'{half} with the layers {expected}',
                  f'{half} with {told}' if told else 'no weights', fix)


def size_of(call: Call, layer: Layer) -> list[int]:
    """Return [how many values a layer gives], which is its bias's size."""
    sizes = [call.build.weights[place] for place in layer.weights]
    return [sizes[-1][-1]] if sizes and sizes[-1] else []


def kernels_fit(found: Sequence[tuple[int, ...]]) -> bool:
    """Return whether all kernels of convolutions are 3 x 3."""
    return {size[:2] for size in found if len(size) == 4} <= {(3, 3)}


def fix_of_layers(half: str, layers: Sequence[Layer],
                  found: Sequence[tuple[int, ...]]) -> str:
    """Return what to type if a model has wrong layers."""
    kinds = {layer.kind for layer in layers}
    if any('Normalization' in kind or kind == 'PReLU' for kind in kinds):
        return ('Remove layers such as normalization and PReLU: they have '
                'weights that the specification does not ask for.')
    if kinds & {'Conv2DTranspose', 'SeparableConv2D'}:
        return ('Use keras.layers.Conv2D for each convolution, and '
                'keras.layers.UpSampling2D to grow.')
    if not kernels_fit(found):
        return 'Each kernel is 3 x 3: keras.layers.Conv2D(filters, 3, ...).'
    return UPSIDE_DOWN if half == 'decoder' else ''


@requirement(repeated=True, after=[returns_three_models],
             example='decoder(encoder(')
def auto_is_made_of_both(call: Call) -> None:
    """auto consists of the encoder and the decoder that are returned."""
    encoder, decoder, auto = ({*call.build.models[name].weights}
                              for name in NAMES)
    if encoder & decoder:
        raise Failure('encoder and decoder with weights of their own',
                      f'{len(encoder & decoder)} weights that both have',
                      'Make new layers for the decoder.')
    missing, more = (encoder | decoder) - auto, auto - (encoder | decoder)
    if missing or more:
        fix = ('Call these models: decoder(encoder(inputs)); new layers, or '
               'copies, have weights of their own.')
        if not more:
            fix = ('Keep both in a model of your own: self.encoder = '
                   'encoder, and so on.')
        raise Failure(
            'auto made of the weights of encoder and decoder',
            f'{len(more)} weights in auto that belong to neither, and '
            f'{len(missing)} of theirs that auto lacks', fix)


# A call's weights can be set if it passes these.
HAS_WEIGHTS = (encoder_has_the_layers, decoder_has_the_layers,
               auto_is_made_of_both)
