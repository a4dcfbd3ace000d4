"""VAEs whose members are a tensor axis. Imports torch and nothing heavier."""
