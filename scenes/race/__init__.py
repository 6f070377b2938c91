"""What a film of a race is made of: surface, racers, board, plots and commentary."""
