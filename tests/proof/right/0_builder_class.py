#!/usr/bin/env python3
"""A class builds the models; the function is one of its methods."""
import tensorflow.keras as keras

HIDDEN, OUTPUT = 'relu', 'sigmoid'
LOSS = 'binary_crossentropy'


class Builder:
    """Collects layers and joins them."""

    def __init__(self):
        self.layers = []

    @classmethod
    def build(cls, input_dims, hidden_layers, latent_dims):
        """Return encoder, decoder, autoencoder."""
        encoder = cls()
        for nodes in hidden_layers:
            encoder.dense(nodes)
        decoder = cls()
        for nodes in hidden_layers[-1::-1]:
            decoder.dense(nodes)
        models = [encoder.dense(latent_dims).model(input_dims),
                  decoder.dense(input_dims, OUTPUT).model(latent_dims)]
        image = keras.Input((input_dims,))
        auto = keras.Model(image, models[1](models[0](image)))
        auto.compile(keras.optimizers.Adam(1e-3), LOSS, metrics=['mse'])
        return models + [auto]

    def dense(self, nodes, activation=HIDDEN):
        self.layers.append(keras.layers.Dense(nodes, activation=activation))
        return self

    def model(self, size):
        first = last = keras.Input((size,))
        for layer in self.layers:
            last = layer(last)
        return keras.Model(first, last)


autoencoder = Builder.build
