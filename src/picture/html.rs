//! A page of its own around the SVG, which a browser can search and zoom.

use std::fmt::Write as _;

use super::card::CardKind;
use super::svg::svg;
use super::whole::Picture;
use crate::render::xml;

/// The picture as a page.
pub fn html(picture: &Picture) -> String {
    let mut legend = String::new();
    for word in CardKind::ALL.map(CardKind::word) {
        let _ = write!(
            legend,
            "<li><svg width=\"14\" height=\"14\"><rect class=\"{word}\" width=\"14\" \
             height=\"14\" rx=\"3\"/></svg>{}</li>",
            word.replace('-', " "),
        );
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n\
         <style>:root{{color-scheme:light dark}}body{{margin:0;font:14px sans-serif}}\
         main>svg{{width:100%;height:auto}}ul{{display:flex;flex-wrap:wrap;gap:1em;\
         list-style:none;padding:0 10px}}li{{display:flex;gap:.4em;align-items:center}}</style>\n\
         </head>\n<body>\n<main>\n{}</main>\n<ul>{legend}</ul>\n</body>\n</html>\n",
        xml(&picture.title),
        svg(picture),
    )
}
