"""What has happened, and what each station has told: the events, and one model of each station folded from them."""
