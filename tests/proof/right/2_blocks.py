#!/usr/bin/env python3
"""A convolution and its resizing are one layer of the author's own."""
import tensorflow.keras as keras
from tensorflow.keras.layers import Conv2D, Layer, MaxPooling2D, UpSampling2D


class Block(Layer):
    """A convolution with relu, then a layer without weights."""

    def __init__(self, filters, resize, padding='same', **kwargs):
        super().__init__(**kwargs)
        self.convolution = Conv2D(filters, (3, 3), padding=padding)
        self.resize = resize

    def build(self, input_shape):
        self.convolution.build(input_shape)
        super().build(input_shape)

    def call(self, x):
        x = keras.activations.relu(self.convolution(x))
        return self.resize(x)


def autoencoder(input_dims, filters, latent_dims):
    """Return encoder, decoder, convolutional autoencoder."""
    image = keras.Input(input_dims)
    x = image
    for f in filters:
        x = Block(f, MaxPooling2D((2, 2), padding='same'))(x)
    encoder = keras.Model(image, x)

    code = keras.Input(latent_dims)
    x = code
    paddings = ['same'] * (len(filters) - 1) + ['valid']
    for f, padding in zip(filters[::-1], paddings):
        x = Block(f, UpSampling2D((2, 2)), padding)(x)
    last = Conv2D(input_dims[-1], (3, 3), padding='same')
    decoder = keras.Model(code, keras.layers.Activation('sigmoid')(last(x)))

    auto = keras.Model(image, decoder(encoder(image)))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
