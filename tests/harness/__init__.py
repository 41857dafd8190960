"""The harness: a Discord that fails by seed, a clock that jumps, deaths at named points, and a judge of what is left.

fakediscord (beside this folder)   REST and gateway; never imports what it tests
virtual     an event loop in which waiting costs nothing
wire        discord.py's own client on the fake without sockets, in virtual time, with chaos by seed
toxics      a TCP proxy that hurts real connections
crash       named points at which a process kills itself, and processes that are forked to die there
checker     what must hold afterwards, over the source's log, the database and the fake's log
"""
