"""The compiler: traces functions into programs, simplifies them, and emits code for each target."""
