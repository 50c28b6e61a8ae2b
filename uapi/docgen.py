#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Write docs/netlink.md from the contract: docgen.py uapi/vr.yaml > docs/netlink.md"""

import sys

import yaml

LICENSE = "((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)"


def line(text):
    """A doc text as one table cell."""
    return " ".join((text or "").split()).replace("|", "\\|")


def table(head, rows):
    """A Markdown table."""
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print()


def kind(attr):
    """The type of an attribute in words."""
    words = [attr["type"]]
    if "enum" in attr:
        words.append(f"enum `{attr['enum']}`")
    if "nested-attributes" in attr:
        words.append(f"of `{attr['nested-attributes']}`")
    if attr.get("byte-order"):
        words.append(attr["byte-order"])
    if attr.get("multi-attr"):
        words.append("repeated")
    return ", ".join(words)


def limits(attr):
    """The checks of an attribute in words."""
    return ", ".join(f"{key} {value}" for key, value in attr.get("checks", {}).items())


def definitions(spec):
    """Constants and enums."""
    consts = [d for d in spec["definitions"] if d["type"] == "const"]
    print("## Constants\n")
    table(("name", "value", ""), [(f"`{d['name']}`", d["value"], line(d.get("doc"))) for d in consts])
    for enum in (d for d in spec["definitions"] if d["type"] in ("enum", "flags")):
        print(f"## Enum `{enum['name']}`\n")
        if "doc" in enum:
            print(line(enum["doc"]) + "\n")
        value = enum.get("value-start", 0)
        rows = []
        for entry in enum["entries"]:
            entry = {"name": entry} if isinstance(entry, str) else entry
            value = entry.get("value", value)
            rows.append((value, f"`{entry['name']}`", line(entry.get("doc"))))
            value += 1
        table(("value", "name", ""), rows)


def attribute_sets(spec):
    """Attribute sets; of a subset only what it picks."""
    for group in spec["attribute-sets"]:
        print(f"## Attributes `{group['name']}`\n")
        if "doc" in group:
            print(line(group["doc"]) + "\n")
        if "subset-of" in group:
            names = ", ".join(f"`{a['name']}`" for a in group["attributes"])
            print(f"Of `{group['subset-of']}`: {names}.\n")
            continue
        value = 1
        rows = []
        for attr in group["attributes"]:
            value = attr.get("value", value)
            if attr["type"] not in ("pad", "unused"):
                rows.append((value, f"`{attr['name']}`", kind(attr), limits(attr), line(attr.get("doc"))))
            value += 1
        table(("number", "name", "type", "checks", ""), rows)


def attributes(message):
    """Names of the attributes of a request or reply."""
    return ", ".join(f"`{name}`" for name in message.get("attributes", [])) or "none"


def operations(spec):
    """Commands and notifications."""
    print("## Commands\n")
    value = 1
    for operation in spec["operations"]["list"]:
        value = operation.get("value", value)
        print(f"### {value} `{operation['name']}`\n")
        value += 1
        if "doc" in operation:
            print(line(operation["doc"]) + "\n")
        notes = []
        if "attribute-set" in operation:
            notes.append(f"attributes of `{operation['attribute-set']}`")
        if "notify" in operation:
            notes.append(f"a notification like the reply of `{operation['notify']}`")
        if "mcgrp" in operation:
            notes.append(f"sent to group `{operation['mcgrp']}`")
        if operation.get("flags"):
            notes.append("flags " + ", ".join(f"`{flag}`" for flag in operation["flags"]))
        for note in notes:
            print(f"- {note}")
        for way in ("do", "dump", "event"):
            message = operation.get(way)
            if message is None:
                continue
            if way == "event":
                print(f"- event: {attributes(message)}")
                continue
            for part in ("request", "reply"):
                if part in message:
                    print(f"- {way} {part}: {attributes(message[part])}")
        print()


def main():
    """Read the contract, print the document."""
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    print(f"<!-- SPDX-License-Identifier: {LICENSE} -->")
    print("<!-- Do not edit directly, generated from uapi/vr.yaml by uapi/docgen.py -->\n")
    print(f"# Generic netlink family `{spec['name']}`\n")
    for part in spec.get("doc", "").strip().split("\n\n"):
        print(line(part) + "\n")
    definitions(spec)
    attribute_sets(spec)
    operations(spec)
    groups = spec.get("mcast-groups", {}).get("list", [])
    if groups:
        print("## Multicast groups\n")
        for group in groups:
            doc = line(group.get("doc"))
            print(f"- `{group['name']}`" + (f": {doc}" if doc else ""))


if __name__ == "__main__":
    main()
