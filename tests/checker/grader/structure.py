"""What every file must build: the requirements on models and weights."""
from collections.abc import Sequence

from checker.grader import layer_table
from checker.grader.call import Call
from checker.grader.failure import Failure, NotRun
from checker.grader.keras_errors import fix_for
from checker.grader.matching import shapes
from checker.grader.requirement import requirement
from checker.protocol import NAMES, THREE

ITEMS = {
    'encoder': 'Make a layer for each item of {}, then one of latent_dims.',
    'decoder': 'Make a layer for each item of reversed({}), then one of the '
    'size of the input.'}
END = 'End with: return encoder, decoder, auto'
EDGES = (
    "In the encoder padding='same' rounds odd sizes up. In the decoder only "
    "the second-to-last convolution has padding='valid', and the last one has "
    'as many filters as input_dims has channels.')


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
            if foreign else END)
    encoder, decoder = (sorted(shapes(layers)) for layers in (
        call.spec.encoder, call.spec.decoder))
    if encoder != decoder and (decoder, encoder) == tuple(
            sorted_weights(call, half) for half in NAMES[:2]):
        raise Failure('encoder, decoder, auto', 'decoder, encoder, auto', END)


@requirement(repeated=True, after=[returns_three_models], example='reversed(')
def arguments_are_left_alone(call: Call) -> None:
    """The lists that are passed in stay as they are."""
    if call.build.changed:
        raise Failure(
            'the same arguments after the call', call.build.changed,
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
            'Move every layer, model and optimizer into autoencoder(), and '
            'keep none from an earlier call.')


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
        expected = f'{name} from {given} to {in_words(wanted)}'
        if model.error:
            raise Failure('', str(model.error),
                          fix_for(model.error, call.spec.task, built=True),
                          line=model.error.line)
        if list(model.shapes) != wanted:
            # If its layers are wrong, the check of these shows them.
            pairs = layer_table.compare_settings(call, name) if (
                name != 'auto' and has_weights_of(call, name)) else ()
            raise Failure(
                expected, f'{name} from {given} to {in_words(model.shapes)}',
                layer_table.fix_of(pairs) if pairs else
                fix_of_shapes(call, name), layers=pairs)


def in_words(sizes: Sequence[tuple[int, ...]]) -> str:
    """Return shapes in a line."""
    return ', '.join(map(str, sizes)) or 'nothing'


def fix_of_shapes(call: Call, name: str) -> str:
    """Return what to type if a model gives wrong shapes."""
    found = call.build.models[name].shapes
    if call.spec.task == 2:
        return EDGES
    if name == 'encoder' and call.spec.task == 3 and len(found) < 3:
        return ('The encoder has three outputs: keras.Model(inputs, [z, '
                'mean, log_var]). The decoder takes the first: '
                'decoder(encoder(inputs)[0]).')
    return ''


@requirement(repeated=True, after=[returns_three_models], example='    for ',
             question='What is a bottleneck?')
def encoder_has_the_layers(call: Call) -> None:
    """The encoder has the layers that the arguments ask for."""
    compare_layers(call, 'encoder')


@requirement(repeated=True, after=[returns_three_models], example='reversed(')
def decoder_has_the_layers(call: Call) -> None:
    """The decoder has the layers that the arguments ask for."""
    compare_layers(call, 'decoder')


def has_weights_of(call: Call, half: str) -> bool:
    """Return whether a model has exactly the weights of its layers."""
    return sorted(shapes(getattr(call.spec, half))) == sorted_weights(
        call, half)


def sorted_weights(call: Call, half: str) -> list[tuple[int, ...]]:
    """Return the shapes of the weights of a model, sorted."""
    return sorted(call.build.weights[place]
                  for place in call.build.models[half].weights)


def compare_layers(call: Call, half: str) -> None:
    """Require that a model has exactly the weights of its layers."""
    if has_weights_of(call, half):
        return
    pairs = layer_table.compare(call, half)
    fix = fix_of_layers(half, call, pairs)
    if not pairs:
        pairs = layer_table.inputs_of(call, half)
        fix = 'Pass the output of each layer to the next one.'
        if pairs and pairs[0][0] != pairs[0][1]:
            size = 'input_dims' if half == 'encoder' else 'latent_dims'
            fix = f'The {half} takes {size} values: keras.Input(({size},)).'
        if call.spec.task == 3 and half == 'encoder':
            fix = 'Write Dense(latent_dims)(hidden) for mean and log variance.'
    one, other = layer_table.names_of(pairs)
    raise Failure('', f'{half} with the layers {other} in place of {one}',
                  fix, layers=pairs)


def kernels_fit(found: Sequence[tuple[int, ...]]) -> bool:
    """Return whether all kernels of convolutions are 3 x 3."""
    return {size[:2] for size in found if len(size) == 4} <= {(3, 3)}


def fix_of_layers(half: str, call: Call, pairs: layer_table.Pairs) -> str:
    """Return what to type if a model has wrong layers."""
    layers = [layer for layer in call.build.models[half].layers
              if layer.weights]
    kernels = [call.build.weights[layer.weights[0]] for layer in layers]
    kinds = {layer.kind for layer in layers}
    listed = 'filters' if call.spec.task == 2 else 'hidden_layers'
    if any(len(layer.weights) == 1 for layer in layers):
        return 'Each layer has a bias: remove use_bias=False.'
    if any('Normalization' in kind or kind == 'PReLU' for kind in kinds):
        return ('Remove layers such as normalization and PReLU: they have '
                'weights that the specification does not ask for.')
    if kinds & {'Conv2DTranspose', 'SeparableConv2D'}:
        return ('Use keras.layers.Conv2D for each convolution, and '
                'keras.layers.UpSampling2D to grow.')
    if not kernels_fit(kernels):
        return 'Each kernel is 3 x 3: keras.layers.Conv2D(filters, 3, ...).'
    if half == 'encoder' and call.spec.task == 3 and len(layers) < len(
            call.spec.encoder):
        return ('Mean and log variance are two Dense layers without an '
                'activation, and a Lambda layer draws z. Write '
                'keras.Model(inputs, [z, mean, log_var]).')
    if half == 'decoder' and sorted(one for one, _ in pairs) == sorted(
            other for _, other in pairs):
        return f'Reverse the list: reversed({listed}).'
    if half == 'encoder' and call.spec.task == 2:
        return layer_table.fix_of(pairs)
    return ITEMS[half].format(listed)


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
        fix = ('Write auto = keras.Model(inputs, decoder(encoder(inputs))): '
               'new layers, or copies, have weights of their own.')
        if not more:
            fix = ('Write auto = keras.Model(inputs, decoder(encoder('
                   'inputs))). A subclass keeps both in its __init__(): '
                   'self.encoder = encoder.')
        found = [f'{len(some)} weights {what}' for some, what in (
            (more, 'that neither encoder nor decoder has'),
            (missing, 'too few')) if some]
        raise Failure('auto with the weights of encoder and decoder',
                      f'auto with {" and ".join(found)}', fix)


# A call's weights can be set if it passes these.
HAS_WEIGHTS = (encoder_has_the_layers, decoder_has_the_layers,
               auto_is_made_of_both)
