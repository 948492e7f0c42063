"""How fast the library is, against its peers in the same run."""
