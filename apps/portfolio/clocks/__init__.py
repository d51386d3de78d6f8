"""The clocks: to whom each business day of a rollout counts, told from its timeline alone."""
