"""What the Makefile's targets do: set-up, serving, testing, checking."""
