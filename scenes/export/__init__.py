"""Films as files: the kinds of files, their pieces joined, GIFs, and the first picture as a poster."""
