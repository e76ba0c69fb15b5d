"""Every bound, with what was measured.

The figures are the largest errors of the repository's own files with 20
seeds for each call, on TensorFlow 2.15 and 2.21; those of NumPy with float32
are from 500 seeds.  tests/proof/test_tolerances.py holds that they are at
most a third of the bound.
"""
# What encoder and decoder give, relative to the largest number: 1e-5, in
# NumPy 1.3e-5.  The slightest wrong activation, a leaky relu with a slope of
# 0.01, differs by 2.4e-4.
OUTPUT = 1e-4
# What auto gives: 2e-5, in NumPy 5e-5.
AUTO = 3e-4
# The loss of files 0 to 2, relative to the sum of the sizes of its parts:
# 2e-6, in NumPy 5e-6.
LOSS = 2e-5
# The loss of file 3, relative to the sum of the sizes of its parts: 1e-6, in
# NumPy 7e-6.  The slightest wrong divergence leaves 1.4e-4.
ELBO = 3e-5
# The loss that fit() reports, relative to it: 4e-6.
TRAINED = 1e-4
# The gradient of a weight, relative to its length: 1.1e-3; and absolute.  A z
# that is cut off from mean or log variance shows as 0.1.
GRADIENT, FAINT = 0.02, 1e-6
# How far the output of auto may be from what any z explains.
LINEAR = 1e-2
# Noise that is smaller than this is none.
NOISE = 0.01
# Guesses, relative to the loss: what a wrong loss is made of; and what the
# weight of a term is.
EXPLAINED, WEIGHT = 1e-3, 0.02
