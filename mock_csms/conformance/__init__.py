"""What a station does wrong: the checks, what they must know of a station, and who lets them look."""
