"""The checks of what a CPO sends, a file for each subject; `catalogue.py` has all of them."""
