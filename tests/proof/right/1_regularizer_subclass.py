#!/usr/bin/env python3
"""The penalty is a Regularizer of the author's own, on the layer's output."""
import tensorflow as tf
import tensorflow.keras as keras


@keras.utils.register_keras_serializable('course')
class Lasso(keras.regularizers.Regularizer):
    """The L1 norm, weighed."""

    def __init__(self, weight):
        self.weight = weight

    def __call__(self, x):
        return self.weight * tf.norm(tf.reshape(x, [-1]), ord=1)

    def get_config(self):
        return {'weight': self.weight}


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Return encoder, decoder, sparse autoencoder."""
    def stack(size, sizes, **last):
        first = x = keras.Input((size,))
        for nodes in sizes:
            x = keras.layers.Dense(nodes, activation=tf.nn.relu)(x)
        return keras.Model(first, keras.layers.Dense(**last)(x))

    encoder = stack(input_dims, hidden_layers, units=latent_dims,
                    activation=tf.nn.relu, activity_regularizer=Lasso(lambtha))
    decoder = stack(latent_dims, hidden_layers[::-1], units=input_dims,
                    activation=tf.nn.sigmoid)
    image = keras.Input((input_dims,))
    auto = keras.Model(image, decoder(encoder(image)))
    auto.compile(optimizer='adam', loss='bce')
    return encoder, decoder, auto
