#!/usr/bin/env python3
"""The loss sums the cross-entropy; one layer holds heads and draw."""
import tensorflow.keras as keras
from tensorflow.keras import backend as K


def entropy(truth, prediction):
    """Return the binary cross-entropy of each sample, summed."""
    return K.sum(K.binary_crossentropy(truth, prediction), axis=-1)


class VariationalLayer(keras.layers.Layer):
    """Both heads and the draw in one layer, made from three of Keras's."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        self.mean = keras.layers.Dense(size, name='mean')
        self.log_var = keras.layers.Dense(size, name='log_var')

    def build(self, input_shape):
        self.mean.build(input_shape)
        self.log_var.build(input_shape)
        super().build(input_shape)

    def call(self, inputs):
        mean, log_var = self.mean(inputs), self.log_var(inputs)
        kl = K.square(mean) + K.exp(log_var) - log_var - 1
        self.add_loss(K.mean(K.sum(kl, axis=-1)) / 2)
        epsilon = K.random_normal((K.shape(mean)[0], self.size))
        return [mean + K.exp(log_var / 2) * epsilon, mean, log_var]


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    image = hidden = keras.layers.Input(shape=(input_dims,))
    for size in hidden_layers:
        hidden = keras.layers.Dense(size, activation='relu')(hidden)
    encoder = keras.Model(image, VariationalLayer(latent_dims)(hidden))

    code = hidden = keras.layers.Input(shape=(latent_dims,))
    for size in reversed(hidden_layers):
        hidden = keras.layers.Dense(size, activation='relu')(hidden)
    output = keras.layers.Dense(input_dims, activation='sigmoid')(hidden)
    decoder = keras.Model(code, output)

    auto = keras.Model(image, decoder(encoder(image)[0]))
    auto.compile(optimizer='adam', loss=entropy)
    return encoder, decoder, auto
