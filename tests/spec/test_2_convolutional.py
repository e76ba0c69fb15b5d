"""What the specification asks of 2-convolutional.py."""
import pytest

from checks import Checks, check_activation, check_layers, require


def convolutions(network):
    """Return the convolutions of a network."""
    return [layer for layer in network.layers if layer.kind == 'Conv2D']


def check_windows(calls, half, kind, what):
    """Require windows of 2 x 2, side by side."""
    for call in calls:
        for layer in getattr(call, half).layers:
            if layer.kind == kind:
                require(layer.kernel == (2, 2)
                        and layer.strides in (None, (2, 2)),
                        f'{layer} of the {half} must be {what} of size '
                        '(2, 2)', f'{layer.kernel}, strides {layer.strides}',
                        call)


def check_kernels(calls, half):
    """Require kernels of 3 x 3 that move by one."""
    for call in calls:
        for layer in convolutions(getattr(call, half)):
            require(layer.kernel == (3, 3) and layer.strides == (1, 1),
                    f'{layer} of the {half} must have a kernel of (3, 3) and '
                    'strides of (1, 1)',
                    f'{layer.kernel}, strides {layer.strides}', call)


class TestConvolutional(Checks):
    """A convolutional autoencoder."""
    task = 2

    @pytest.mark.after('test_shapes_of_the_models')
    def test_layers_of_the_encoder(self, calls):
        """Each convolution of the encoder has its filters, then pooling."""
        for call in calls:
            check_layers(call, 'encoder', [
                layer for size in call.arguments[1]
                for layer in (('Conv2D', size), ('MaxPooling2D', None))])

    @pytest.mark.after('test_returns_three_models')
    def test_layers_of_the_decoder(self, calls):
        """The decoder has the filters reversed, upsampling, the channels."""
        for call in calls:
            check_layers(call, 'decoder', [
                *(layer for size in call.arguments[1][::-1]
                  for layer in (('Conv2D', size), ('UpSampling2D', None))),
                ('Conv2D', call.arguments[0][-1])])

    @pytest.mark.after('test_layers_of_the_encoder')
    def test_kernels_of_the_encoder(self, calls):
        """Each convolution of the encoder has a kernel of (3, 3)."""
        check_kernels(calls, 'encoder')

    @pytest.mark.after('test_layers_of_the_decoder')
    def test_kernels_of_the_decoder(self, calls):
        """Each convolution of the decoder has a kernel of (3, 3)."""
        check_kernels(calls, 'decoder')

    @pytest.mark.after('test_layers_of_the_encoder')
    def test_padding_of_the_encoder(self, calls):
        """Each convolution of the encoder has same padding."""
        for call in calls:
            for layer in convolutions(call.encoder):
                require(layer.padding == 'same', f'{layer} of the encoder '
                        'must have same padding', layer.padding, call)

    @pytest.mark.after('test_layers_of_the_decoder')
    def test_padding_of_the_decoder(self, calls):
        """The second to last convolution has valid padding, others same."""
        for call in calls:
            *first, valid, last = convolutions(call.decoder)
            for layer in (*first, valid, last):
                padding = 'valid' if layer is valid else 'same'
                require(layer.padding == padding, f'{layer} of the decoder '
                        f'must have {padding} padding', layer.padding, call)

    @pytest.mark.after('test_layers_of_the_encoder')
    def test_pooling_of_the_encoder(self, calls):
        """Each pooling of the encoder is of size (2, 2)."""
        check_windows(calls, 'encoder', 'MaxPooling2D', 'max pooling')

    @pytest.mark.after('test_layers_of_the_decoder')
    def test_upsampling_of_the_decoder(self, calls):
        """Each upsampling of the decoder is of size (2, 2)."""
        check_windows(calls, 'decoder', 'UpSampling2D', 'upsampling')

    @pytest.mark.after('test_layers_of_the_encoder')
    def test_convolutions_of_the_encoder_use_relu(self, calls):
        """Every convolution of the encoder uses relu."""
        for call in calls:
            for layer in convolutions(call.encoder):
                check_activation(call, 'encoder', layer, 'relu')

    @pytest.mark.after('test_layers_of_the_decoder')
    def test_convolutions_of_the_decoder_use_relu(self, calls):
        """Every convolution of the decoder but the last uses relu."""
        for call in calls:
            for layer in convolutions(call.decoder)[:-1]:
                check_activation(call, 'decoder', layer, 'relu')
