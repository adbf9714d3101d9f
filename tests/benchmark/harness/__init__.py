# SPDX-License-Identifier: MIT
"""Runs grove and its rivals by turns and compares the medians of their paired ratios."""
