"""What the specification asks of 3-variational.py."""
import pytest

from checks import (DenseChecks, check_activation, describe, measured,
                    require)

TERMS = ('mean**2', 'exp(log_var)', '-log_var', '-1')
TOLERANCE = 0.02


def dense(network):
    """Return the dense layers of a network."""
    return [layer for layer in network.layers if layer.kind == 'Dense']


def near(number, expected):
    """Tell whether a number that was fitted is the expected one."""
    return abs(number - expected) < TOLERANCE * abs(expected)


class TestVariational(DenseChecks):
    """A variational autoencoder."""
    task = 3

    @pytest.mark.after('test_shapes_of_the_models')
    def test_layers_of_the_encoder(self, calls):
        """The encoder has the hidden layers, a mean and a log variance."""
        for call in calls:
            layers = dense(call.encoder)
            latent = call.arguments[2]
            sizes = [*call.arguments[1], latent, latent]
            require([layer.size for layer in layers] == sizes,
                    'the dense layers of the encoder must have the sizes '
                    f'{sizes}, the last two for mean and log variance',
                    describe(layers), call)

    @pytest.mark.after('test_layers_of_the_encoder')
    def test_mean_and_log_variance_have_no_activation(self, calls):
        """The layers of mean and log variance have no activation."""
        for call in calls:
            for layer in dense(call.encoder)[-2:]:
                check_activation(call, 'encoder', layer, 'linear')

    @pytest.mark.after('test_layers_of_the_encoder')
    def test_mean_and_log_variance_do_not_vary(self, calls):
        """The last two outputs of the encoder are the same at every call."""
        for call, varying in measured(calls, 'varying'):
            require(not varying, 'the mean and the log variance, the second '
                    'and third output of the encoder, must not vary',
                    'that another call changes the outputs '
                    f'{[number + 1 for number in varying]}', call)

    @pytest.mark.after('test_layers_of_the_encoder',
                       'test_mean_and_log_variance_do_not_vary')
    def test_outputs_are_z_mean_and_log_variance(self, calls):
        """The outputs of the encoder are z, mean and log variance."""
        for call in calls:
            first, second = (layer.moves for layer in dense(call.encoder)[-2:])
            require({first, second} == {(1,), (2,)},
                    'one layer must give the mean, the second output of the '
                    'encoder, and another the log variance, the third',
                    ' and '.join(
                        f'{layer} for outputs '
                        f'{[number + 1 for number in layer.moves]}'
                        for layer in dense(call.encoder)[-2:]), call)

    @pytest.mark.after('test_outputs_are_z_mean_and_log_variance',
                       'test_mean_and_log_variance_have_no_activation',
                       'test_auto_shares_the_weights')
    def test_auto_decodes_what_it_encodes(self, calls):
        """The output of auto is that of decoder for the z of encoder."""
        super().test_auto_decodes_what_it_encodes(calls)

    @pytest.mark.after('test_outputs_are_z_mean_and_log_variance')
    def test_z_is_drawn(self, calls):
        """The first output of the encoder is drawn, not computed."""
        for call, sampling in measured(calls, 'sampling'):
            require(min(sampling['deviation']) > TOLERANCE,
                    'z must have noise', 'z equal to the mean', call)

    @pytest.mark.after('test_z_is_drawn')
    def test_noise_is_new_at_every_call(self, calls):
        """The noise in z is new for every call."""
        for call, sampling in measured(calls, 'sampling'):
            require(not sampling['same_again'], 'the noise in z must be new '
                    'at every call', 'the same noise again', call)

    @pytest.mark.after('test_z_is_drawn')
    def test_noise_is_new_for_every_sample(self, calls):
        """The noise in z is new for every sample."""
        for call, sampling in measured(calls, 'sampling'):
            require(min(sampling['spread']) > TOLERANCE, 'the noise in z must '
                    'be new for every sample of a batch',
                    'one that the whole batch shares', call)

    @pytest.mark.after('test_noise_is_new_for_every_sample')
    def test_noise_is_new_for_every_dimension(self, calls):
        """The noise in z is new for every latent dimension."""
        for call, sampling in measured(calls, 'sampling'):
            require(sampling['correlation'] < 0.2, 'the noise in z must be '
                    'new for every latent dimension', 'dimensions with a '
                    f'correlation of {sampling["correlation"]:.2f}', call)

    @pytest.mark.after('test_noise_is_new_for_every_sample')
    def test_noise_is_standard_normal(self, calls):
        """z is mean + exp(log variance / 2) * N(0, 1)."""
        for call, sampling in measured(calls, 'sampling'):
            for mean, deviation in zip(sampling['mean'],
                                       sampling['deviation']):
                require(abs(mean) < 0.15 and abs(deviation - 1) < 0.15,
                        '(z - mean) / exp(log variance / 2) must have mean 0 '
                        'and standard deviation 1',
                        f'{mean:.2f} and {deviation:.2f}', call)

    @pytest.mark.after('test_outputs_are_z_mean_and_log_variance',
                       'test_auto_can_be_trained')
    def test_loss_is_binary_cross_entropy(self, calls):
        """The loss has the binary cross-entropy, its mean or its sum."""
        for call, loss in measured(calls, 'loss'):
            first, second = loss['losses']
            expected = loss['cross_entropies'][0] - loss['cross_entropies'][1]
            scale = (first - second) / expected
            fitted = (call.divergence or {'weights': [None]})['weights'][0]
            require(any(near(weight, number)
                        for weight in (scale, fitted) if weight is not None
                        for number in (1, loss['input_values'])),
                    'the loss must have the binary cross-entropy, times 1 or '
                    f'{loss["input_values"]}', f'it times {scale:.4g}', call)

    @pytest.mark.after('test_loss_is_binary_cross_entropy',
                       'test_auto_shares_the_weights')
    def test_loss_has_the_kl_divergence(self, calls):
        """The loss has KL(N(mean, variance) || N(0, 1)), times a constant."""
        for call, fit in measured(calls, 'divergence'):
            cross_entropy, *weights = fit['weights']
            # What float32 leaves of a large loss.
            blur = 1e-6 * abs(cross_entropy)
            least = max(map(abs, weights)) / 1000
            text = ', '.join(
                f'{weight if abs(weight) > least else 0:.2g} for {term}'
                for weight, term in zip(weights, TERMS))
            scale = sum(weights[:3]) / 3
            alike = all(near(weight, scale) or abs(weight - scale) < blur
                        for weight in weights)
            fits = fit['residual'] < 1e-3 * fit['range'] + blur
            require(scale > 1e-6 and alike and fits,
                    'beside the cross-entropy the loss must be b/2 * (mean**2 '
                    '+ exp(log_var) - log_var - 1), summed over the latent '
                    'dimensions, for one b above zero',
                    f'b = {text}'
                    + ('' if fits else f', up to {fit["residual"]:.2g}'),
                    call)
