"""An invented community of workers, simulated by seed, to see what the rules do before people do.

`world` says what is assumed and why, `years` makes the events of one year, `runs` lets the real rules
(`bot.alerts.stream.decide`) decide on them, `rivals` are the simple rules beside, `figures` counts.
"""
