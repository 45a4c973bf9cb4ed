"""Figures, tables, pages and exports: everything that is shown to people. One file each."""
