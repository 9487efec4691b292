"""Watches loan due dates and tells the borrower what is owed today and what to do next."""

__version__ = "0.1.0"
