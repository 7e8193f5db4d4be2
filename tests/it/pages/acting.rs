//! What is changed by forms: by whoever may, once, with who and when in the audit trail.

use super::{administered, joined};
use crate::answer::office::at;

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_struck_by_whoever_may_with_a_reason_and_counts_again_when_taken_back() {
    let (mut office, _) = administered().await;
    office.posted("j1", "2026-07-23 08:51");
    office.clock.goes_to(at("2026-07-23 08:52")).await;
    office.ok(&["look", "j1"]);
    let page = format!("/account/{}", office.account("j1"));
    let strike = format!("{page}/strike");
    let mut reader = joined(&office, "王五", "只读");
    assert!(!reader.get(&page).body.contains("/strike"), "no button for a reader");
    let mut operator = joined(&office, "赵六", "操作员");
    let shown = operator.get(&page).body;
    assert!(shown.contains("计入"), "{shown}");
    let post = shown.split("name=\"post\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = [("post", post.as_str()), ("reason", "转载，不是本单位发布")];
    let refused = reader.act(&page, &strike, &form);
    assert!(refused.status == 403 && refused.body.contains("没有权限"), "{}", refused.body);
    assert_eq!(operator.act(&page, &strike, &[("post", post.as_str()), ("reason", " ")]).status, 303);
    assert!(operator.get(&page).body.contains("谁剔除、为什么，都要写明：理由和经手人不能是空的"));
    assert_eq!(operator.act(&page, &strike, &form).status, 303);
    let struck = operator.get(&page).body;
    assert!(struck.contains("已剔除：") && struck.contains("已由人工剔除"), "{struck}");
    assert!(!operator.get(&page).body.contains("已剔除："), "said once");
    // Sent twice, it is done once and says so.
    operator.act(&page, &strike, &form);
    assert!(operator.get(&page).body.contains("已经剔除了"));
    operator.act(&page, &strike, &[form[0], ("reason", "划错了"), ("undo", "1")]);
    assert!(operator.get(&page).body.contains("已恢复："));
    let trail: Vec<(String, String)> =
        office.trail().into_iter().filter(|(_, what)| what.starts_with("post.")).collect();
    assert_eq!(trail, [("赵六".into(), "post.strike".into()), ("赵六".into(), "post.unstrike".into())]);
    assert!(!operator.get(&page).body.contains("划去"), "pages have one word for it");
    office.end().await;
}
