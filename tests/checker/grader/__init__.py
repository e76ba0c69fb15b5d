"""The process that judges: it imports neither a submission nor TensorFlow."""
