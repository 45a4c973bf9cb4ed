"""mscevidence: a living, machine-checked evidence synthesis of mesenchymal stromal cell therapy."""

__version__ = "0.1.0"
