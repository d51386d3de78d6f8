"""When each open rollout goes live: simulated from the finished stages of others (docs/forecast.md)."""
