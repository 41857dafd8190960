"""The Discord front: each cog receives, defers to a step of bot, and shows the card it gets back."""
