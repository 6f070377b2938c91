"""The parts of a film of a race: surface, racers, board, plots and commentary."""
