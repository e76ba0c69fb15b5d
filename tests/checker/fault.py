"""A requirement that is not met, in one sentence, and what to do about it."""
import re

import pytest

# But not what is said of tensors that stand where models should.
SYMBOLIC = 'KerasTensor(?! of )|[Ss]ymbolic (Keras|`?tf)'
# {pattern in what is required and found: what to change}
HINTS = {
    r'of tensorflow\.python':
    'tensorflow.python.keras is no part of what TensorFlow offers: import '
    'tensorflow.keras.',
    'must return three models':
    'End with: return encoder, decoder, auto.',
    SYMBOLIC:
    'What autoencoder() passes from layer to layer has no values yet: do such '
    'computations in the call() of a keras.layers.Layer, a Lambda or a '
    'regularizer, and let a loss use nothing but its two arguments.',
    'no function called autoencoder':
    'Define it at module level, with this name.',
    r'autoencoder\(\) (missing|takes) \d+':
    'Its parameters are those of the specification, in their order.',
    'PermissionError|FileNotFoundError':
    'autoencoder() takes no files and leaves none: there are none here to '
    'load, and no place to save any.',
    'No module named':
    'Import tensorflow.keras alone; no other package is needed.',
    "Cannot convert '.*' to a shape|Dimension value must be":
    'A shape is a tuple of numbers: keras.Input((input_dims,)), and where '
    'that is a tuple already, keras.Input(input_dims).',
    'expects 1 (named )?input.* received 3':
    'The encoder gives three tensors, of which the decoder takes the first: '
    'decoder(encoder(inputs)[0]).',
    'name .* is used .* times':
    'Two layers of a model cannot share a name: leave names out, or number '
    'them.',
    'must not change the lists':
    'reversed(x) and x[::-1] go from the end and leave the list as it is; '
    'x.reverse() and x.pop() change it.',
    'models of its own':
    'Make every layer, model and optimizer inside the function.',
    r'encoder must map .* to \((\d+),\), .* found \(\1,\)(, \(\1,\))?, in':
    'Its outputs are a list of three: keras.Model(inputs, [z, mean, '
    'log_variance]).',
    'layers of the .* found .*(Normalization|PReLU)':
    'Normalization and PReLU have weights, and none was asked for: leave such '
    'layers out.',
    'found .*(Conv2DTranspose|SeparableConv)':
    'Each is keras.layers.Conv2D; upsampling is keras.layers.UpSampling2D.',
    'zero or negative|Negative dimension':
    "padding='valid' leaves nothing of what is small: only the last "
    'convolution but one of the decoder has it.',
    r'(map |found shape=\(None, )\(?\d+, \d+, \d+\)':
    "In the encoder padding='same' keeps odd edges; in the decoder the last "
    "convolution but one has padding='valid', and the channels of the output "
    'are those of input_dims.',
    r'found .*kernel_size=\((?!3,3\))':
    'Each kernel is 3 x 3: keras.layers.Conv2D(filters, 3, ...).',
    'found weights of the shapes':
    'Each layer has a kernel and a bias, and takes what the one before it '
    'gives.',
    'layers of the decoder must be':
    'The decoder goes through the list from its end, reversed(...), and ends '
    'with the size of the input.',
    'found 0 weights of auto':
    'A model of your own keeps them: self.encoder = encoder, and so on.',
    'built from the very encoder':
    'Call these models: decoder(encoder(inputs)); new layers, or copies, have '
    'weights of their own.',
    'found no activation at':
    "Pass activation='relu', or 'sigmoid' in the last layer of the decoder.",
    'by Dropout|as when called; found':
    'Take out Dropout, GaussianNoise and whatever else acts in training '
    'alone.',
    r'multiplied by 0\.00392':
    'Images come in [0, 1] already: do not divide by 255.',
    'LossScaleOptimizer':
    'Let numbers be float32: leave out keras.mixed_precision.',
    'must be compiled':
    "Call auto.compile with optimizer='adam', or keras.optimizers.Adam() with "
    'nothing but a learning rate.',
    'must be trained|must follow the gradient':
    'trainable = False and stop_gradient keep weights from learning; a '
    'train_step must follow the whole loss, for all of trainable_variables.',
    'without a penalty':
    'Pass activity_regularizer=keras.regularizers.L1(lambtha) to the latent '
    'layer.',
    'penalty on (the kernel|the bias|weights)':
    'kernel_regularizer and bias_regularizer look at weights: leave them out; '
    'activity_regularizer looks at what a layer gives.',
    'averaged over all values.*times an L. penalty on the output':
    'activity_regularizer adds to the loss: leave it out.',
    'absolute encoding.* times an L. penalty on the output':
    'Give activity_regularizer to the latent layer alone.',
    r'averaged over all values.* times the binary cross-entropy':
    'Let nothing weigh the loss: neither loss_weights nor a factor in it.',
    'by what z is drawn from':
    'Either these outputs are exchanged, or what the sampling takes: z is '
    'mean + exp(log_variance / 2) * epsilon.',
    'must be z, mean, log variance':
    'z comes first: return keras.Model(inputs, [z, mean, log_variance]).',
    'decodes the mean|must have noise|must decode z':
    'z = mean + exp(log_variance / 2) * epsilon comes out of the encoder '
    'first, and decoder(encoder(inputs)[0]) decodes it.',
    'drawn anew':
    'Draw epsilon in call(), with the shape of the mean: '
    'keras.backend.random_normal(keras.backend.shape(mean)).',
    r'\) / exp\(log variance / 2\)':
    'z = mean + exp(log_variance / 2) * epsilon, where epsilon is '
    'keras.backend.random_normal, of mean 0 and deviation 1.',
    'mean over the values or its sum.* found it times':
    'Either average the cross-entropy or sum it, that is, weigh its average '
    'by input_dims, not by a number that is written in.',
    'loss must (be|have) the binary cross-entropy,':
    "Pass loss='binary_crossentropy', which is just this.",
    'beside the cross-entropy':
    'Sum -(1 + log_var - mean**2 - exp(log_var)) / 2 over the latent '
    'dimensions, average it over the batch, and add it with add_loss() in a '
    'layer.',
    'training must have the loss of evaluate':
    'Add the same terms whether training is True or not.',
}
# Of what was found, in characters.
LONGEST = 4000


class Fault(pytest.fail.Exception):
    """Fails a check with one sentence, and what to change if that is known.

    Args:
        required: what the specification asks for.
        found: what there is instead; lines after the first follow the hint.
        call: the call of autoencoder() that shows it, if it is one.
    """

    # As pytest's own, so that reports do not tell where this is defined.
    __module__ = 'builtins'

    def __init__(self, required, found, call=''):
        self.required, self.found, self.call = required, found, call
        # A submission may say more than anyone would read.
        first, *rest = found[:LONGEST].split('\n')
        sentence = f'{required}; found {first}' + f', in {call}' * bool(call)
        self.hint = next((hint for pattern, hint in HINTS.items()
                          if re.search(pattern, sentence)), '')
        super().__init__('\n'.join([
            sentence + f'.  {self.hint}' * bool(self.hint), *rest]),
            pytrace=False)
