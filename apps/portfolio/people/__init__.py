"""The people of Presence over all projects: how much lies ahead of each, who is away, who has room for more."""
