"""Label groups: names, colours and shortcut keys that datasets share."""
