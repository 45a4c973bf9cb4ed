"""Text exports of CNKI and SinoMed, in the encodings they come in."""

from __future__ import annotations

import pytest

from export_reading import document, documents, ids

CNKI = """SrcDatabase-来源库: 期刊
Title-题名: 脐带间充质干细胞治疗血小板减少症
Author-作者: 张三;李四;
Organ-单位: 南京鼓楼医院;
Source-文献来源: 中华血液学杂志
Keyword-关键词: 间充质干细胞;;血小板减少
Summary-摘要: 目的：探讨疗效。
方法：18例患者。
PubTime-发表时间: 2015-03-14
FirstDuty-第一责任人: 张三;
Year-年: 2015
Volume-卷: 36
Period-期: 03
PageCount-页码: 200-203
CLC-中图分类号: R558
DOI: 10.3760/cma.2015

SrcDatabase-来源库: 硕士
Title-题名: 第二篇
Year-年: 2016
"""
SINOMED = """【序  号】1
【流水号】2014284783
【标  题】脐带间充质干细胞治疗狼疮
【英文标题】Cord cells in lupus
【作  者】张三；李四
【摘  要】目的：探讨。结果：8例有效。
【出  处】中国组织工程研究 2014; 18(23): 3734-3739
【ISSN】2095-4344
【馆藏】南京

【序  号】2
【标  题】第二篇
【出  处】中华医学杂志 2013; 93(1): 1-4
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_cnki(encoding: str) -> None:
    first, second = documents(CNKI.encode(encoding), "cnki.txt")
    assert (first.format, first.source, first.title) == ("chinese-lines", "cnki", "脐带间充质干细胞治疗血小板减少症")
    assert [author.name for author in first.authors] == ["张三", "李四"]
    assert (first.date, first.journal, first.volume, first.issue, first.pages) == (
        "2015-03-14", "中华血液学杂志", "36", "3", "200-203",
    )  # fmt: skip
    assert (first.keywords, ids(first)) == (("间充质干细胞", "血小板减少"), {"doi": "10.3760/cma.2015"})
    assert first.text.endswith("方法:18例患者。")
    assert (second.title, second.date) == ("第二篇", "2016")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_sinomed(encoding: str) -> None:
    first, second = documents(SINOMED.encode(encoding), "sinomed.txt")
    assert (first.source, first.title, first.other_titles) == (
        "sinomed",
        "脐带间充质干细胞治疗狼疮",
        ("Cord cells in lupus",),
    )
    assert (first.journal, first.volume, first.issue, first.pages, first.date) == (
        "中国组织工程研究", "18", "23", "3734-3739", "2014",
    )  # fmt: skip
    assert (ids(first), first.issns) == ({"accession": "2014284783"}, ("2095-4344",))
    assert first.notes[-1:] == ("馆藏: 南京",)
    assert (second.title, second.pages) == ("第二篇", "1-4")


@pytest.mark.parametrize("text", ["题名：脐带间充质干细胞\n目的：探讨疗效。", "Source-来源: 某杂志\n8例有效。"])
def test_a_text_with_chinese_labels_is_no_export(text: str) -> None:
    assert document(text).format == "plain-text"


@pytest.mark.parametrize("encoding", ["gb18030", "cp950", "cp932"])
def test_formats_are_told_in_other_encodings_too(encoding: str) -> None:
    words = "間葉系幹細胞の効果について" if encoding == "cp932" else "间充质干细胞" * 3
    words = "間葉幹細胞治療" * 3 if encoding == "cp950" else words
    assert document(f"TY  - JOUR\nTI  - {words}\nER  - \n".encode(encoding)).title == words
