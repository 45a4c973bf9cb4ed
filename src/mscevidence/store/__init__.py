"""The evidence database: the only room that knows SQL.

`build.build` makes the file; `query.run_sql`, `questions.ask`, `search.search` and `provenance.provenance` read it, and
nobody who reads can change it.
"""
