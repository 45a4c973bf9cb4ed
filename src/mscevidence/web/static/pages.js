"use strict";
// What the pages of Datasette do not tell a screen reader: their language, where the content is, what a field is for.

const names = { _filter_column: "Column to filter by", _filter_op: "How to compare", _filter_value: "Value to compare with", _sort: "Column to sort by", _search: "Words to search for", sql: "SQL" };

function name(fields) {
  for (const field of fields) {
    if (!field.labels.length && !field.hasAttribute("aria-label")) field.setAttribute("aria-label", names[field.name.replace(/_\d+$/, "")] || "SQL");
  }
}

document.documentElement.lang = "en";
const content = document.querySelector("section.content");
if (content) content.setAttribute("role", "main");
if (!document.querySelector("h2")) for (const each of document.querySelectorAll("h3")) each.setAttribute("aria-level", "2");
name(document.querySelectorAll("form select, form textarea, form input[type='text'], form input:not([type])"));
// The editor of SQL puts a field of its own into the page when it has come.
addEventListener("load", () => name(document.querySelectorAll(".CodeMirror textarea")));
