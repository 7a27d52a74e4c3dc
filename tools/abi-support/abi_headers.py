"""Reads vedette/*.h, which are written in one regular form, into what the ABI tools need: constants, structs with their
members, and the words that stand above each. Anything that does not fit that form is an error with file and line."""

import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Member:
    name: str
    type: str  # of a function pointer: its type without the name
    doc: list = field(default_factory=list)
    threads: str = ""  # of a function: "worker", "main, source", ...

    @property
    def is_function(self):
        return "(*)" in self.type


@dataclass
class Item:
    """A constant, a struct, an opaque type, a function, or a heading."""

    kind: str
    name: str
    text: str = ""
    doc: list = field(default_factory=list)
    members: list = field(default_factory=list)


@dataclass
class Header:
    name: str
    intro: list
    items: list


class Unreadable(Exception):
    pass


def squeeze(text):
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"\(\s+", "(", text)


def member(text, doc, where):
    text = squeeze(text)
    function = re.fullmatch(r"(.+?)\(\*(\w+)\)\((.*)\)", text)
    if function:
        thread = re.match(r"\[([a-z, ]+)\] ", doc[0] if doc else "")
        if not thread:
            raise Unreadable(f"{where}: {function.group(2)} does not say its thread in brackets")
        return Member(function.group(2), f"{function.group(1)}(*)({function.group(3)})", doc, thread.group(1))
    plain = re.fullmatch(r"(.+?)(\w+)", text)
    if not plain:
        raise Unreadable(f"{where}: cannot read '{text}'")
    return Member(plain.group(2), plain.group(1).strip(), doc)


def read(path):
    """One header."""
    lines = path.read_text(encoding="utf-8").splitlines()
    intro, items, doc, at = [], [], [], 0
    while at < len(lines) and lines[at].startswith("///"):
        intro.append(lines[at][3:].removeprefix(" "))
        at += 1
    while at < len(lines):
        line = lines[at].strip()
        where = f"{path}:{at + 1}"
        at += 1
        if line.startswith("///"):
            doc.append(line[3:].removeprefix(" "))
            continue
        if line.startswith("// "):
            items.append(Item("heading", line[3:]))
            doc = []
            continue
        if not line:
            doc = []
            continue
        if line.startswith("#define"):
            while lines[at - 1].endswith("\\"):
                line = line[:-1].strip() + " " + lines[at].strip()
                at += 1
            found = re.fullmatch(r"#define (\w+)(\([^)]*\))?(?: (.*))?", line)
            if found.group(3) is None:
                continue  # the include guard
            items.append(Item("macro" if found.group(2) else "constant", found.group(1), squeeze(found.group(3)), doc))
            if found.group(2):
                items[-1].text = found.group(2)
            # One comment may stand above several constants; each that follows goes without.
            doc = []
            continue
        struct = re.fullmatch(r"(?:typedef )?struct (\w+) \{", line)
        if struct:
            name, members, words, text = struct.group(1), [], [], ""
            if items and items[-1].kind == "opaque" and items[-1].name == name:
                doc = items.pop().doc
            while not re.fullmatch(r"\}[ \w]*;", lines[at].strip()):
                inner = lines[at].strip()
                at += 1
                if inner.startswith("///"):
                    words.append(inner[3:].removeprefix(" "))
                elif inner.startswith("// "):
                    members.append(Member("", inner[3:]))
                elif inner:
                    text += " " + inner
                    if inner.endswith(";"):
                        members.append(member(text[:-1], words, f"{path}:{at}"))
                        words, text = [], ""
            at += 1
            items.append(Item("struct", name, "", doc, members))
            doc = []
            continue
        opaque = re.fullmatch(r"typedef struct (\w+) \1;", line)
        if opaque:
            items.append(Item("opaque", opaque.group(1), "", doc))
            doc = []
            continue
        function = re.fullmatch(r"typedef (.+\(\*(\w+)\)\(.*\));", line)
        if function:
            items.append(Item("function", function.group(2), function.group(1), doc))
            doc = []
            continue
        inline = re.fullmatch(r"static inline ((\w+) (\w+)\(.*\)) \{", line)
        if inline:
            items.append(Item("inline", inline.group(3), inline.group(1), doc))
            while lines[at] != "}":
                at += 1
            at += 1
            doc = []
            continue
        if line.startswith(("#", "extern", "}")):
            doc = []
            continue
        raise Unreadable(f"{where}: cannot read '{line}'")
    return Header(path.name, intro, items)


ORDER = [
    "plugin.h", "types.h", "entry.h", "host.h", "describe.h", "sink.h", "records.h", "dissector.h", "source.h",
    "reconfigure.h", "metrics.h", "state.h", "selftest.h", "host-secret.h", "host-state.h",
    "host-pictures.h",
]


def read_all(include):
    """The headers of a folder that holds vedette/, in the order in which they are best read."""
    folder = Path(include) / "vedette"
    names = sorted(p.name for p in folder.glob("*.h"))
    known = [n for n in ORDER if n in names]
    return [read(folder / n) for n in known + [n for n in names if n not in ORDER]]
