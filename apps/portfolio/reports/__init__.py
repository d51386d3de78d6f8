"""The status report of a rollout: what its record says of a week, with a few words of its manager, for all four parties."""
