"""The completed projects compared: by integrator, platform, client and project manager (docs/clocks.md)."""
