//! What the counted updates are made of, for people: pushes, articles and days apart, and the two kinds
//! of WeChat apart (wechat.md, "Counting facts": which of them an inspector counts is disputed).

use crate::domain::{Post, PostKind};
use crate::rules::{Count, CountUnit, Duty, Profile, Tally};

/// The word for the kind of a post; empty where a platform knows only one.
pub(super) fn kind_words(post: &Post) -> String {
    let kind = match post.kind {
        PostKind::Post => "",
        PostKind::Notified => "群发",
        PostKind::Unnotified => "发布",
    };
    match (kind.is_empty(), post.repost) {
        (_, false) => kind.to_owned(),
        (true, true) => "转发".to_owned(),
        (false, true) => format!("{kind}，转发"),
    }
}

/// One line about the updates that counted, where there is more to say than their number.
pub(super) fn composed(
    duty: &Duty<'_>,
    posts: &[Post],
    tallies: &[Tally],
    now: crate::domain::Moment,
) -> Option<String> {
    let check = duty.check.at;
    let count =
        |profile: &Profile, posts: &[Post], tallies| Count::of(profile, posts, tallies, duty.window, check, now);
    let all = count(duty.profile, posts, tallies);
    let reposts = all.sure.saturating_sub(all.originals);
    if !duty.account.platform.is_wechat() {
        let told = all.sure > 0 && reposts > 0 && tallies.is_empty();
        return told.then(|| format!("计入的更新：{}次，其中转发{reposts}次", all.sure));
    }
    let by = |unit| count(&Profile { count: unit, ..duty.profile.clone() }, posts, &[]).sure;
    let of = |kind| {
        let ours: Vec<Post> = posts.iter().filter(|post| post.kind == kind).cloned().collect();
        count(duty.profile, &ours, &[]).sure
    };
    (all.sure > 0).then(|| {
        format!(
            "计入的更新：推送{}次、文章{}篇、有更新的{}天；其中群发{}次、未群发的发布{}次",
            by(CountUnit::Push),
            by(CountUnit::Article),
            by(CountUnit::Day),
            of(PostKind::Notified),
            of(PostKind::Unnotified)
        )
    })
}
