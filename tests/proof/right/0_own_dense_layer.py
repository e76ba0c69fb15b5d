#!/usr/bin/env python3
"""The layer is the author's own, with a kernel and a bias from add_weight."""
import tensorflow as tf
import tensorflow.keras as keras


class Linear(keras.layers.Layer):
    """An affine map and a function."""

    def __init__(self, units, function, **kwargs):
        super().__init__(**kwargs)
        self.units, self.function = units, function

    def build(self, shape):
        self.w = self.add_weight(
            name='w', shape=(shape[-1], self.units),
            initializer='glorot_uniform', trainable=True)
        self.b = self.add_weight(
            name='b', shape=(1, self.units), initializer='zeros')
        super().build(shape)

    def call(self, x):
        return self.function(tf.matmul(x, self.w) + self.b)


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, autoencoder."""
    x = inputs = keras.layers.Input(shape=(input_dims,))
    for n in hidden_layers + [latent_dims]:
        x = Linear(n, tf.nn.relu)(x)
    encoder = keras.models.Model(inputs=inputs, outputs=x)

    x = codes = keras.layers.Input(shape=(latent_dims,))
    for n in hidden_layers[::-1]:
        x = Linear(n, tf.nn.relu)(x)
    x = Linear(input_dims, tf.math.sigmoid)(x)
    decoder = keras.models.Model(inputs=codes, outputs=x)

    auto = keras.models.Model(inputs, decoder(encoder(inputs)))
    auto.compile('adam', 'binary_crossentropy')
    return encoder, decoder, auto
