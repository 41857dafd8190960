"""The way from every released schema to the next, forward only. The sum of it is `bot.storage.tables`."""
