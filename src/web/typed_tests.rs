//! A form that was refused comes back as it was sent, to nobody else and nowhere else.

use super::*;
use minijinja::{Environment, context};

const FORM: &str = r#"{% set f = again("/x/3", n=3) %}<details{{ f.open }}>{{ f.said }}<input name="day"{{ f.text("day", "2026-07-01") }}>{{ f.why("day") }}<input name="a"{{ f.text("a", none, "about-a") }}><input type="checkbox" name="t"{{ f.tick("t", 1) }}><option{{ f.pick("o", "x") }}><option{{ f.pick("o", "y", true) }}>"#;
const AT_FIRST: &str = r#"<details><input name="day" value="2026-07-01"><input name="a" aria-describedby="about-a"><input type="checkbox" name="t"><option><option selected>"#;

fn sent(fields: &[(&str, &str)], wrong: &'static str) -> Option<Typed> {
    let fields: Vec<(String, String)> = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Typed::of("/x/3", &fields, (wrong, "看不懂<日期>"), Moment::from_unix(0))
}

fn shown(template: &str, typed: Option<Typed>) -> String {
    let mut pages = Environment::new();
    pages.add_template("x.html", template).unwrap();
    let again = Value::from_object(Again(typed.map(Arc::new)));
    pages.get_template("x.html").unwrap().render(context! { again }).unwrap()
}

#[test]
fn every_field_comes_back_and_the_faulty_one_is_marked() {
    let all = [("n", "3"), ("day", "\"><script>"), ("a", "甲"), ("t", "1"), ("o", "x")];
    let page = shown(FORM, sent(&all, "day"));
    assert_eq!(
        page,
        "<details open><input name=\"day\" value=\"&quot;&gt;&lt;script&gt;\" aria-invalid=\"true\" autofocus \
         aria-describedby=\"wrong\"><span class=\"wrong\" id=\"wrong\">看不懂&lt;日期&gt;</span><input name=\"a\" \
         value=\"甲\" aria-describedby=\"about-a\"><input type=\"checkbox\" name=\"t\" checked><option selected><option>"
    );
    // What was emptied stays empty, and a box that was not ticked is not ticked.
    let page = shown(FORM, sent(&[("n", "3"), ("day", "")], "t"));
    assert!(page.contains("<input name=\"day\"><input") && page.contains("name=\"t\" aria-invalid"), "{page}");
    let page = shown(FORM, sent(&[("n", "3")], ""));
    assert!(page.starts_with("<details open><span class=\"wrong\""), "{page}");
}

#[test]
fn a_form_says_why_and_not_only_that() {
    let said = |why: &str| {
        let fields = [("n".to_owned(), "3".to_owned())];
        let page = shown(FORM, Typed::of("/x/3", &fields, ("", why), Moment::from_unix(0)));
        page.split("id=\"wrong\">").nth(1).unwrap().split("</span>").next().unwrap().to_owned()
    };
    assert_eq!(
        said("2026-10 没有送审：\n  1件异议没有办结\n  <甲>"),
        "2026-10 没有送审：<br>1件异议没有办结<br>&lt;甲&gt;"
    );
    assert_eq!(said("表.csv 没有导入：有2处不对\n第2行\n第3行"), "表.csv 没有导入：有2处不对", "above stands the rest");
}

#[test]
fn another_form_is_as_it_is_at_first() {
    assert_eq!(shown(FORM, None), AT_FIRST);
    assert_eq!(shown(FORM, sent(&[("n", "4"), ("day", "x")], "day")), AT_FIRST);
    assert_eq!(shown(&FORM.replace("/x/3", "/x/4"), sent(&[("n", "3"), ("day", "x")], "day")), AT_FIRST);
}

#[test]
fn no_secret_is_kept_nor_too_much_nor_for_long() {
    let kept = sent(&[("seal", "s1"), ("password", "s2"), ("new-password", "s3"), ("a", "甲")], "").unwrap();
    assert_eq!(kept.fields, [("a".to_owned(), "甲".to_owned())]);
    assert_eq!(format!("{kept:?}"), "Typed(/x/3)");
    assert!(sent(&[("a", &"x".repeat(LARGEST))], "").is_none());
    assert!(kept.is_fresh(Moment::from_unix(KEPT_S - 1)) && !kept.is_fresh(Moment::from_unix(KEPT_S)));
}
