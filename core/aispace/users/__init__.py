"""Accounts of people: who they are, their passwords, their uid on this machine."""
