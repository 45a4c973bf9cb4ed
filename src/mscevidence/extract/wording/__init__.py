"""When two phrases mean one thing: stems, synonyms, abbreviations, names of groups."""
