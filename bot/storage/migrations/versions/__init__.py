"""One file a revision, named r<revision>_<why>."""
