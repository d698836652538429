"""The handlers of the eMSP: what it answers to the requests of a CPO, a file for each subject."""
