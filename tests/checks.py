"""What the tasks have in common, as checks that read facts."""
import pytest

from facts import FILES, spell

TOLERANCE = 1e-4


def require(condition, required, found, call):
    """Fail with one sentence unless the condition holds."""
    if not condition:
        pytest.fail(f'{required}; found {found}, in {spell(call.arguments)}',
                    pytrace=False)


def measured(calls, name):
    """Yield the calls and their measurements of a name."""
    for call in calls:
        require(name not in call.errors, 'it must be possible to call and to '
                'evaluate the models', call.errors.get(name), call)
        if getattr(call, name) is not None:
            yield call, getattr(call, name)


def describe(layers):
    """Return layers in a few words."""
    return ', '.join(
        layer.kind + (f'({layer.size})' if layer.size else '')
        for layer in layers) or 'no layers'


class Checks:
    """The checks of every task."""

    def test_file_builds_models(self, found, submission):
        """The file defines autoencoder, which runs for every call."""
        if found.problem:
            pytest.fail(f'{FILES[submission[2]]} {found.problem}',
                        pytrace=False)

    @pytest.mark.after('test_file_builds_models')
    def test_returns_three_models(self, calls):
        """The function returns encoder, decoder, auto: three models."""
        for call in calls:
            require(call.returned == '(model, model, model)',
                    'autoencoder must return three models: encoder, decoder, '
                    'auto', call.returned, call)

    @pytest.mark.after('test_returns_three_models')
    def test_shapes_of_the_models(self, calls):
        """The models take and give the shapes of the specification."""
        for call in calls:
            inputs, latent = call.arguments[0], call.arguments[2]
            inputs = inputs if isinstance(inputs, tuple) else (inputs,)
            latent = latent if isinstance(latent, tuple) else (latent,)
            encoded = (latent,) * 3 if self.task == 3 else latent
            for name, given, gives in (('encoder', inputs, encoded),
                                       ('decoder', latent, inputs),
                                       ('auto', inputs, inputs)):
                model = getattr(call, name)
                require(model is not None, f'{name} must have fixed shapes',
                        call.errors.get(name), call)
                require((model.inputs, model.outputs) == (given, gives),
                        f'{name} must map {given} to {gives}, the batch '
                        'aside', f'{model.inputs} to {model.outputs}', call)

    @pytest.mark.after('test_returns_three_models')
    def test_arguments_are_left_alone(self, calls):
        """The lists that are passed in are unchanged afterwards."""
        for call in calls:
            require(not call.changed, 'autoencoder must not change the lists '
                    'that it is given', f'{call.changed} afterwards', call)

    @pytest.mark.after('test_returns_three_models')
    def test_auto_shares_the_weights(self, calls):
        """The weights of auto are those of encoder and decoder."""
        for call, shared in measured(calls, 'shared'):
            require(shared['same'], 'auto must be built from the very encoder '
                    'and decoder that are returned',
                    f'{shared["outside"]} weights of auto that neither has '
                    f'and {shared["unused"]} of theirs that auto has not',
                    call)

    @pytest.mark.after('test_shapes_of_the_models',
                       'test_auto_shares_the_weights')
    def test_auto_decodes_what_it_encodes(self, calls):
        """The output of auto is that of decoder for that of encoder."""
        for call, apart in measured(calls, 'composition'):
            require(apart['difference'] is not None
                    and apart['difference'] < TOLERANCE,
                    'auto(x) must equal decoder(encoder(x))',
                    f'a difference of {apart["difference"]}', call)

    @pytest.mark.after('test_returns_three_models')
    def test_optimizer_is_adam(self, calls):
        """The autoencoder is compiled with Adam."""
        for call, compiled in measured(calls, 'compiled'):
            require(compiled['optimizer'] == 'Adam',
                    'auto must be compiled with the optimizer Adam',
                    compiled['optimizer'] or 'none', call)

    @pytest.mark.after('test_shapes_of_the_models', 'test_optimizer_is_adam')
    def test_auto_can_be_trained(self, calls):
        """One step of training moves the weights of both halves."""
        for call in calls:
            require('training' not in call.errors,
                    'a step of training must be possible',
                    call.errors.get('training'), call)
            if call.training:
                for half, moved in call.training.items():
                    require(moved > 0, 'a step of training must move weights '
                            f'of the {half}', 'that none moved', call)

    @pytest.mark.after('test_auto_can_be_trained')
    def test_loss_is_binary_cross_entropy(self, calls):
        """The autoencoder is compiled with binary cross-entropy."""
        for call, loss in measured(calls, 'loss'):
            grown = loss['losses'][0] - loss['losses'][1]
            expected = (loss['cross_entropies'][0]
                        - loss['cross_entropies'][1])
            require(abs(grown - expected) < TOLERANCE / 10,
                    'the loss of auto must be the binary cross-entropy, '
                    f'which differs by {expected:.6f} between two targets',
                    f'{loss["name"]}, which differs by {grown:.6f}', call)

    @pytest.mark.after('test_layers_of_the_decoder')
    def test_last_layer_of_the_decoder_uses_sigmoid(self, calls):
        """The last layer of the decoder uses sigmoid."""
        for call in calls:
            check_activation(call, 'decoder', call.decoder.layers[-1],
                             'sigmoid')


def check_layers(call, half, expected):
    """Require the kinds and sizes of the layers of a half."""
    layers = getattr(call, half).layers
    kinds = ', '.join(f'{kind}({size})' if size else kind
                      for kind, size in expected)
    require([(layer.kind, layer.size) for layer in layers] == expected,
            f'the layers of the {half} must be {kinds}',
            describe(layers), call)


def check_activation(call, half, layer, activation):
    """Require what a layer does to its sums."""
    require(layer.activation == activation,
            f'{layer} of the {half} must use '
            + ('no activation' if activation == 'linear' else activation),
            layer.activation, call)


class DenseChecks(Checks):
    """The checks of the tasks with dense layers."""

    @pytest.mark.after('test_shapes_of_the_models')
    def test_layers_of_the_decoder(self, calls):
        """The hidden layers of the decoder are those of the list reversed."""
        for call in calls:
            check_layers(call, 'decoder', [
                ('Dense', size)
                for size in (*call.arguments[1][::-1], call.arguments[0])])

    @pytest.mark.after('test_layers_of_the_encoder')
    def test_hidden_layers_of_the_encoder_use_relu(self, calls):
        """Every hidden layer of the encoder uses relu."""
        for call in calls:
            for layer in call.encoder.layers[:len(call.arguments[1])]:
                check_activation(call, 'encoder', layer, 'relu')

    @pytest.mark.after('test_layers_of_the_decoder')
    def test_hidden_layers_of_the_decoder_use_relu(self, calls):
        """Every hidden layer of the decoder uses relu."""
        for call in calls:
            for layer in call.decoder.layers[:-1]:
                check_activation(call, 'decoder', layer, 'relu')


class LatentChecks(DenseChecks):
    """The checks of the tasks whose encoder ends with a latent layer."""

    @pytest.mark.after('test_shapes_of_the_models')
    def test_layers_of_the_encoder(self, calls):
        """The hidden layers of the encoder are those asked for, in order."""
        for call in calls:
            check_layers(call, 'encoder', [
                ('Dense', size)
                for size in (*call.arguments[1], call.arguments[2])])

    @pytest.mark.after('test_layers_of_the_encoder')
    def test_latent_layer_uses_relu(self, calls):
        """The latent layer uses relu."""
        for call in calls:
            check_activation(call, 'encoder', call.encoder.layers[-1], 'relu')
