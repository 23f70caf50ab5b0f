"""What axe finds on its own page is what it would find on the visitor's."""

from axe_playwright_python.sync_playwright import Axe as InPlace

from tests.browser.axe import as_it_stands

_SPOIL = """() => {
    const main = document.querySelector("main");
    main.insertAdjacentHTML("beforeend", "<img src='/static/mark.svg'><button></button><input>");
    main.insertAdjacentHTML("beforeend", "<h6>a</h6><ul><p>a</p></ul>");
    const pale = main.appendChild(document.createElement("p"));
    pale.append("pale");
    pale.style.color = "#bbb";
    document.body.insertAdjacentHTML("beforeend", "<p>out of any landmark</p>");
    document.head.insertAdjacentHTML("beforeend", "<noscript><meta http-equiv=refresh content=1></noscript>");
}"""


def test_faults_of_words_of_colours_and_of_order_are_found_as_they_are_in_place(visit, axe):
    visitor = visit(phone=True)
    visitor.go("/aide")
    size = visitor.page.viewport_size
    assert axe.faults(as_it_stands(visitor.page), size) == []
    visitor.page.evaluate(_SPOIL)

    found = axe.faults(as_it_stands(visitor.page), size)

    in_place = InPlace().run(visitor.page).response["violations"]
    assert found == [[fault["id"], fault["nodes"][0]["html"]] for fault in in_place]
    assert {"button-name", "color-contrast", "heading-order", "image-alt", "label", "list", "region"} <= {
        rule for rule, _element in found
    }
