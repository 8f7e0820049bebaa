"""The gateway: callers of models come here, never to the hub's proxy or `aispace serve`.

Its own process on its own port. It learns routes from `aispace serve` by a long poll and keeps the last ones on disk,
so that it serves models while `aispace serve` is away; it checks callers, passes bodies through, counts calls and
reports them.
"""
