"""Filling in admin forms as a browser without JavaScript does: from what the page itself shows."""

from __future__ import annotations

from bs4 import BeautifulSoup


def shown(response) -> dict[str, str | list[str]]:
    """The names and values that the change form of `response` would post, untouched."""
    form = BeautifulSoup(response.text, "html5lib").select_one("#content-main form")
    data: dict[str, str | list[str]] = {}
    for tag in form.select("input[name], textarea[name], select[name]"):
        # The row that JavaScript copies for “Add another” is a template, not an answer.
        if "__prefix__" in tag["name"]:
            continue
        if tag.name == "textarea":
            data[tag["name"]] = tag.text.removeprefix("\n")
        elif tag.name == "select":
            chosen = [option["value"] for option in tag.select("option[selected]")]
            data[tag["name"]] = chosen if tag.has_attr("multiple") else (chosen or [""])[0]
        elif tag.get("type") in {"submit", "button"} or (
            tag.get("type") == "checkbox" and not tag.has_attr("checked")
        ):
            continue
        else:
            data[tag["name"]] = tag.get("value", "")
    return data


def save(client, url: str, **changes):
    """Open `url`, change the fields named (`__` in place of `-`), press Save, follow."""
    data = shown(client.get(url))
    data.update({name.replace("__", "-"): value for name, value in changes.items()})
    return client.post(url, {**data, "_save": "Save"}, follow=True)


def errors(response) -> list[str]:
    """The sentences of a form that came back."""
    soup = BeautifulSoup(response.text, "html5lib")
    return [item.text for item in soup.select(".errorlist li, .errornote")]


def messages(response) -> list[str]:
    soup = BeautifulSoup(response.text, "html5lib")
    return [item.text for item in soup.select(".messagelist li")]
