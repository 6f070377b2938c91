"""A training step as one program: its emitter, which writes in place, and the vectors that it steps on."""
