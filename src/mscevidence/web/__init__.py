"""The database in a browser: Datasette with titles, descriptions, facets, the named questions and a page per result."""
