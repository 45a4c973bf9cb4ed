"""Text exports of Chinese databases: CNKI (``Title-题名: ...``) and SinoMed (``【标  题】...``), a field on each line.

A record begins with the name that began the first one. People and terms are separated by semicolons or commas.
"""

from __future__ import annotations

import re

from mscevidence.read.reference import Reference
from mscevidence.read.source_lines import citation_parts
from mscevidence.read.tagged_records import Dialect, Values, add_known, format_of

_FIELDS = {
    "题名": "title",
    "标题": "title",
    "中文标题": "title",
    "英文标题": "other-title",
    "英文题名": "other-title",
    "作者": "author",
    "单位": "affiliation",
    "作者单位": "affiliation",
    "机构": "affiliation",
    "文献来源": "journal",
    "刊名": "journal",
    "期刊": "journal",
    "关键词": "keyword",
    "主题词": "subject",
    "摘要": "abstract",
    "中文摘要": "abstract",
    "英文摘要": "abstract",
    "著者文摘": "abstract",
    "发表时间": "date",
    "年": "year",
    "出版年": "year",
    "卷": "volume",
    "期": "issue",
    "页码": "pages",
    "ISSN": "issn",
    "DOI": "doi",
    "PMID": "pmid",
    "链接": "url",
    "Link": "url",
    "网址": "url",
    "流水号": "accession",
    "语种": "language",
    "文献类型": "type",
    "来源库": "type",
}
_LEFT = frozenset(
    {"序号", "第一责任人", "基金", "中图分类号", "分类号", "国省市名", "国内代码", "CLC", "Fund", "特征词", "参考文献"}
)
"""Names of which nothing is taken: numbers in the list, grants, classes, places, references."""

_SEVERAL = frozenset({"author", "keyword", "subject", "affiliation"})
_BETWEEN = re.compile(r"\s*(?:;|；|，|,(?=\S)|\|\|)\s*")
_ISSUE = re.compile(r"0+(?=\d)")


def _fill(reference: Reference, values: Values) -> None:
    for tag, value in values:
        name = re.sub(r"\s", "", tag.rpartition("-")[2])
        field = _FIELDS.get(name)
        if name == "出处":
            for part, words in (citation_parts(value.replace("\n", " ")) or {"journal": value}).items():
                reference.add(part, words)
        elif field in _SEVERAL:
            for each in _BETWEEN.split(value):
                reference.add(field, each)
        else:
            add_known(reference, name, _ISSUE.sub("", value, count=1) if field == "issue" else value, _FIELDS, _LEFT)
    tags = {tag for tag, _ in values}
    reference.add("database", "CNKI" if any(tag.startswith("SrcDatabase") for tag in tags) else "SinoMed")


FORMAT = format_of(
    Dialect(
        name="chinese-lines",
        begins=None,
        tagged=re.compile(
            r"([A-Z][A-Za-z]{1,20}-[\u4e00-\u9fff]{1,6}|DOI|Link)\s*[:：]\s*(.*)"
            r"|【([\u4e00-\u9fffA-Z\s]{1,12})】\s*(.*)"
        ),
        recognises=re.compile(r"\A\s*(?:SrcDatabase-来源库\s*[:：]|【\s*(?:序\s*号|流水号|标\s*题|题\s*名)\s*】)"),
        fill=_fill,
    )
)
