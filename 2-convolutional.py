#!/usr/bin/env python3
"""The convolutional autoencoder: the encoding is a small image itself.

Idea: Masci, Meier, Ciresan and Schmidhuber, "Stacked Convolutional
Auto-Encoders for Hierarchical Feature Extraction", ICANN (2011),
https://doi.org/10.1007/978-3-642-21735-7_7
"""
import tensorflow.keras as keras


def autoencoder(input_dims, filters, latent_dims):
    """Build an autoencoder of convolutions, compiled with Adam.

    Each of the n poolings of the encoder halves height and width, rounded
    up. Each upsampling of the decoder doubles them; before the last, the
    valid convolution takes 2 off. So for an output of the input's shape,
    height and width are each 2 * (2**(n - 1) * latent - 2).

    Args:
        input_dims: tuple of int, (height, width, channels) of an input with
            values in [0, 1].
        filters: list of n > 0 int, the number of filters of each
            convolution of the encoder; the decoder has them in reverse.
        latent_dims: tuple of int, (height, width, channels) of an encoding:
            what the n poolings leave of the input, filters[-1] channels.

    Returns:
        encoder: model from (batch, *input_dims) to (batch, *latent_dims).
        decoder: model from (batch, *latent_dims) to (batch, *input_dims).
        auto: model that decodes what it encodes. Its loss is the binary
            cross-entropy in nats, averaged over the values of the input.

    Raises:
        ValueError: by Keras, for a number that is not positive, or for
            latent_dims that differ from the shape of the encoder's output.
    """
    encoder_inputs = hidden = keras.Input(input_dims, name='encoder_inputs')
    for channels in filters:
        hidden = keras.layers.Conv2D(
            channels, (3, 3), padding='same', activation='relu')(hidden)
        hidden = keras.layers.MaxPooling2D((2, 2), padding='same')(hidden)
    encoder = keras.Model(encoder_inputs, hidden, name='encoder')

    first, *rest = filters
    latent_inputs = hidden = keras.Input(latent_dims, name='latent_inputs')
    for channels in reversed(rest):
        hidden = keras.layers.Conv2D(
            channels, (3, 3), padding='same', activation='relu')(hidden)
        hidden = keras.layers.UpSampling2D((2, 2))(hidden)
    hidden = keras.layers.Conv2D(
        first, (3, 3), padding='valid', activation='relu')(hidden)
    hidden = keras.layers.UpSampling2D((2, 2))(hidden)
    reconstruction = keras.layers.Conv2D(
        input_dims[-1], (3, 3), padding='same', activation='sigmoid',
        name='reconstruction')(hidden)
    decoder = keras.Model(latent_inputs, reconstruction, name='decoder')

    auto = keras.Model(encoder_inputs, decoder(encoder(encoder_inputs)),
                       name='autoencoder')
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
