"""Optimizers from elsewhere: a user's file, `torch.optim` and Optax."""
