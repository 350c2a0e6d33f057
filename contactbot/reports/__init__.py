"""Figures for supervisors, each computed in one place."""
