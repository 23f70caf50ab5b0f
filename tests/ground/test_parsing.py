"""The reader of pages that all tests lean on: what is whole passes, each way of being faulty is seen."""

import pytest

from tests.parsing import parse

WHOLE = """\
<p>a&nbsp;&amp; b &#233;<br><input disabled></p><p></p>
<table><caption>c</caption><thead><tr><th scope="col">a</th></tr></thead><tbody><tr><td>a</td></tr></tbody></table>
<form><select><optgroup label="a"><option>a</option></optgroup></select><textarea>
<b> is no tag</textarea></form>
<details><summary>a</summary><ul><li>a</li></ul></details><a href="?a=1&amp;b=2">a</a>
<svg viewBox="0 0 1 1"><path d="M0 0"/></svg><noscript><p>a</p></noscript><script src="a.js"></script>
"""
FAULTY = {
    "an end too few": [
        *(
            "<div><p>a</p>",
            "<p><span>a</p>",
            "<p><b>a</p>",
            "<section><p>a</p>",
            "<main><section></main>",
            "<ul><li>a<li>b</ul>",
        ),
        *("<table><tbody><tr><td><span>a</td></tr></tbody></table>", "<table><tbody><tr><td>a</td></tr>", "<script>a"),
        *(
            "<textarea>a",
            "<svg><path d='M0'></svg>",
            "<button>a",
            "<p><label>a<input></p>",
            "<fieldset><legend>a</fieldset>",
        ),
    ],
    "an end too many": [
        *("</span><p>a</p>", "</p>", "</br>", "<input></input>", "</table>", "<dl></dt></dl>", "<svg></p></svg>"),
        "<noscript></p></noscript>",
    ],
    "ends crossed": [
        *(
            "<b><i>a</b></i>",
            "<div><span>a</div></span>",
            "<ul><li>a</ul></li>",
            "<h2>a</h3>",
            "<div><form></div></form>",
        ),
    ],
    "where it cannot be": [
        *(
            "<p><div>a</div></p>",
            "<p><ul><li>a</li></ul></p>",
            "<a href='a'>a<a href='b'>b</a></a>",
            "<h2>a<h3>b</h3></h2>",
        ),
        *("<button>a<button>b</button></button>", "<form><form></form></form>", "<nobr>a<nobr>b</nobr></nobr>"),
        *(
            "<table><div>a</div></table>",
            "<table>a</table>",
            "<table><tr><td>a</td></tr></table>",
            "<tr><td>a</td></tr>",
        ),
        *("<table><table></table></table>", "<table><form><tbody></tbody></form></table>", "<svg><p>a</p></svg>"),
        *("<table><tbody><tr><input type='hidden'><td>a</td></tr></tbody></table>", "<select><div>a</div></select>"),
        *(
            "<select><input></select>",
            "<select><option><b>a</b></option></select>",
            "<body>",
            "<html>",
            "<head></head>",
        ),
    ],
    "a tag ill written": [
        *(
            "<p class='a' class='b'>a</p>",
            "<p class='a'id='b'>a</p>",
            "<p <b>a</p>",
            "<p a=b'c>a</p>",
            "<p cla'ss=a>a</p>",
        ),
        *("<p =a>a</p>", "<p class=>a</p>", "<div/>", "<p>a</p class='a'>", "</>", "</ a>", "<p class='"),
    ],
    "a sign ill written": [
        *(
            "&foo;",
            "&nbsp a",
            "&#;",
            "&#0;",
            "&#xD800;",
            "a &b",
            "<a href='?a=1&copy=2'>a</a>",
            "<3",
            "a\x00b",
            "a\x01b",
        ),
    ],
    "no HTML": [
        "<!-- a",
        "<!-- a --!>",
        "<!-->",
        "<?php a ?>",
        "<![CDATA[a]]>",
        "<image src='a'>",
        "<isindex>",
        "<frameset>",
    ],
}


def page(body: str) -> str:
    return f'<!doctype html>\n<html lang="fr"><head><title>a</title></head>\n<body>\n{body}\n</body>\n</html>\n'


def test_a_whole_page_is_read_as_it_is_written_and_has_no_fault():
    root, faults = parse(page(WHOLE))

    assert faults == []
    assert [(one.tag, one.text) for one in root.iter("textarea")] == [("textarea", "<b> is no tag")]
    assert [one.get("disabled") for one in root.iter("input")] == [""]
    assert [one.tail for one in root.iter("br")] == [None]
    assert [one.text for one in root.iter("noscript")] == [None]


@pytest.mark.parametrize("kind", FAULTY)
def test_each_fault_is_seen(kind):
    assert [body for body in FAULTY[kind] if not parse(page(body))[1]] == []


@pytest.mark.parametrize(
    "doctype", ["", '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN" "strict.dtd">', "<!doctype a>"]
)
def test_what_stands_outside_the_page_is_seen(doctype):
    whole = page(WHOLE)

    assert parse(whole.replace("<!doctype html>", doctype))[1] != []
    assert parse(whole + "<p>a</p>")[1] != []
    assert parse(whole + "a")[1] != []
    assert parse(whole.replace("<title>a</title>", "<title>a"))[1] != []
    assert parse(whole.replace("<title>a</title>", "<title>a</title><div>a</div>"))[1] != []
