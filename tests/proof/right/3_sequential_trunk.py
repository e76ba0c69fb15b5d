#!/usr/bin/env python3
"""The hidden layers are a Sequential block that both heads share."""
import tensorflow as tf
from tensorflow.keras import Input, Model, Sequential
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Dense, Lambda, Layer


class AddDivergence(Layer):
    """The identity on z, with a cost."""

    def call(self, z, mean=None, log_var=None):
        kl = 0.5 * K.sum(K.square(mean) + K.exp(log_var) - 1 - log_var, 1)
        self.add_loss(K.mean(kl) * 0.1)
        return z


def sample(args):
    mean, log_var = args
    return mean + K.exp(0.5 * log_var) * K.random_normal(tf.shape(mean))


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    trunk = Sequential([Input((input_dims,))], name='trunk')
    [trunk.add(Dense(n, activation='relu')) for n in hidden_layers]
    image = Input((input_dims,))
    features = trunk(image)
    mean, log_var = (Dense(latent_dims, name=name)(features)
                     for name in ('mean', 'log_var'))
    z = Lambda(sample)([mean, log_var])
    z = AddDivergence()(z, mean=mean, log_var=log_var)
    encoder = Model(image, [z, mean, log_var])

    decoder = Sequential([Input((latent_dims,))], name='decoder')
    [decoder.add(Dense(n, activation='relu')) for n in hidden_layers[::-1]]
    decoder.add(Dense(input_dims, activation='sigmoid'))

    auto = Model(image, decoder(encoder(image)[0]))
    auto.compile('adam', 'binary_crossentropy', metrics=['mse'])
    return encoder, decoder, auto
