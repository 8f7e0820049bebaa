"""The server side of AI Space: `aispace serve` and the extension that forwards to it."""
