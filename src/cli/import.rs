//! `post import`: a file of posts is shown (`--dry-run`) or kept, and with it, in one transaction, what
//! a named person says about its completeness. It never un-counts anything.

use super::args::ImportArgs;
use super::evidence::{tell, written};
use super::explain::when;
use super::print::table;
use super::{CliError, Context, Outcome, beijing, outln, print_json, refusal};
use crate::deeds::attest;
use crate::domain::{Account, AccountId, Moment, When};
use crate::import::{LeftOut, PlannedAttestation, PlannedPost, PostPlan, check_span, plan_posts_of, times};
use crate::store::{meta, posts};
use cuigeng_adapters::RawPost;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The source under which files stand as evidence.
const IMPORTED: &str = "导入";
/// Rows that a preview shows.
const SHOWN: usize = 5;

/// Posts to be kept in one transaction.
pub(super) struct Batch {
    /// By account.
    pub(super) rows: BTreeMap<AccountId, Vec<RawPost>>,
    /// Under which source.
    pub(super) source: &'static str,
    /// Who brings them.
    pub(super) by: String,
    /// What the audit trail calls it.
    pub(super) what: &'static str,
    /// What it says besides.
    pub(super) detail: String,
    /// The span of which these are all posts, as somebody says.
    pub(super) all_of: Option<PlannedAttestation>,
}

/// What was kept.
pub(super) struct Kept {
    /// Posts that were new.
    pub(super) new: usize,
    /// The number of the attestation.
    attestation: Option<i64>,
}

/// What an import would do or did, for whoever reads it.
struct Import<'a> {
    file: &'a Path,
    known: &'a [Account],
    plan: &'a PostPlan,
    all_of: Option<&'a PlannedAttestation>,
}

/// `post import FILE`
pub(super) fn run(context: &Context, args: &ImportArgs) -> Result<Outcome, CliError> {
    let now = context.clock.now();
    let sheets = refusal::open(&args.file)?;
    let only = args.account.as_deref().map(|named| context.account(named, args.platform.as_deref())).transpose()?;
    let all_of = only.as_ref().map(|account| all_of(args, account, now)).transpose()?.flatten();
    let known = context.accounts()?;
    let plan = plan_posts_of(&sheets, &known, only.as_ref(), now)
        .map_err(|refused| refusal::explain(&args.file, &sheets, &refused))?;
    let import = Import { file: &args.file, known: &known, plan: &plan, all_of: all_of.as_ref() };
    if args.dry_run {
        return import.preview(context.json);
    }
    import.refuse_unclear()?;
    let batch = Batch {
        rows: by_account(&plan.posts),
        source: IMPORTED,
        by: args.by.clone().unwrap_or_else(|| "命令行".to_owned()),
        what: "post.import",
        detail: import.name(),
        all_of: all_of.clone(),
    };
    let kept = keep(context, batch, now)?;
    import.say_kept(context.json, &kept)
}

/// Keeps posts, the word about their completeness, and who brought both: all of it or nothing.
pub(super) fn keep(context: &Context, batch: Batch, now: Moment) -> Result<Kept, CliError> {
    let kept = context.store()?.write(move |tx| {
        let mut kept = Kept { new: 0, attestation: None };
        for (account, rows) in &batch.rows {
            kept.new += posts::sight(tx, *account, batch.source, rows, now)?.new;
        }
        meta::audit(tx, now, &batch.by, batch.what, &batch.detail)?;
        if let Some(all_of) = &batch.all_of {
            let upon = format!("（{}包含全部作品）", batch.detail);
            kept.attestation = Some(attest::keep(tx, all_of, &upon, now)?);
        }
        Ok(kept)
    })?;
    Ok(kept)
}

/// The statement 此表包含从…到…的全部作品, if somebody makes it.
fn all_of(args: &ImportArgs, account: &Account, now: Moment) -> Result<Option<PlannedAttestation>, CliError> {
    let (Some(from), Some(to)) = (&args.all_from, &args.all_to) else { return Ok(None) };
    let read = |option: &str, text: &str| {
        times::when(text).ok_or_else(|| {
            CliError::usage(format!("看不懂 {option} 的时间“{text}”，请写成 2022-06-20 或 2022-06-20T09:00"))
        })
    };
    let by = args.by.as_deref().unwrap_or_default().trim();
    if by.is_empty() {
        return Err(CliError::usage("声明全部作品，请用 --by 写明是谁说的"));
    }
    let from = read("--all-from", from)?.earliest();
    let to = if to == "now" { now } else { end(read("--all-to", to)?, now) };
    check_span(from, to, now).map_err(|why| CliError::usage(format!("--all-from 至 --all-to：{why}")))?;
    Ok(Some(PlannedAttestation { account: account.id, from, to, by: by.to_owned() }))
}

/// The first moment after a span: a day that has begun ends at midnight, or now while it lasts.
fn end(to: When, now: Moment) -> Moment {
    match to {
        When::Day(_) if to.earliest() <= now => to.latest().plus(1).min(now),
        to => to.earliest(),
    }
}

fn by_account(planned: &[PlannedPost]) -> BTreeMap<AccountId, Vec<RawPost>> {
    let mut grouped: BTreeMap<AccountId, Vec<RawPost>> = BTreeMap::new();
    for one in planned {
        grouped.entry(one.account).or_default().push(one.post.clone());
    }
    grouped
}

impl Import<'_> {
    /// A row of an unknown status may be a post, and then absence would be claimed where there is none.
    fn refuse_unclear(&self) -> Result<(), CliError> {
        match self.unclear() {
            Some(why) => Err(CliError::failed(format!("{}：{why}", self.file.display()))),
            None => Ok(()),
        }
    }

    fn unclear(&self) -> Option<String> {
        let unknown = self.unknown();
        (self.all_of.is_some() && !unknown.is_empty()).then(|| {
            format!(
                "状态“{}”不认识，不能当作包含全部作品来登记，没有导入；请把这些行的状态改成“公开”或“私密”后再导入，或去掉 --all-from、--all-to",
                unknown.join("”“")
            )
        })
    }

    fn unknown(&self) -> Vec<&str> {
        self.plan.left_out.iter().filter(|left| !left.known).map(|left| left.status.as_str()).collect()
    }

    fn name(&self) -> String {
        self.file.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn account(&self, id: AccountId) -> Option<&Account> {
        self.known.iter().find(|account| account.id == id)
    }

    fn title(&self, id: AccountId) -> String {
        self.account(id).map_or_else(String::new, Account::title)
    }

    fn preview(&self, json: bool) -> Result<Outcome, CliError> {
        if json {
            print_json(&self.preview_json())?;
            return Ok(Outcome::Done);
        }
        outln!("{}：只是预览，什么都没有保存", self.file.display());
        for (id, rows) in by_account(&self.plan.posts) {
            let span = ends(&rows)
                .map_or_else(String::new, |(first, last)| format!("，最早 {}，最晚 {}", when(first), when(last)));
            outln!("{}：{}条{span}", self.title(id), rows.len());
        }
        if !self.plan.left_out.is_empty() {
            let told: Vec<String> = self.plan.left_out.iter().map(told).collect();
            outln!("因状态不导入的{}行：{}", self.plan.hidden, told.join("，"));
        }
        for remark in self.plan.remarks.iter().chain(&self.unclear()) {
            outln!("提示：{remark}");
        }
        if let Some(said) = self.all_of {
            outln!("将登记：{}", self.statement(said));
        }
        if !self.plan.posts.is_empty() {
            outln!("前{}条：", self.plan.posts.len().min(SHOWN));
            let text = table(&["账号", "发布时间", "标题", "发布标识", "链接"], &self.first_rows());
            outln!("{}", text.trim_end());
        }
        Ok(Outcome::Done)
    }

    fn first_rows(&self) -> Vec<Vec<String>> {
        let row = |planned: &PlannedPost| {
            let post = &planned.post;
            vec![
                self.title(planned.account),
                when(post.when),
                post.title.chars().take(30).collect(),
                post.id.clone().unwrap_or_default(),
                post.url.clone().unwrap_or_default(),
            ]
        };
        self.plan.posts.iter().take(SHOWN).map(row).collect()
    }

    fn statement(&self, said: &PlannedAttestation) -> String {
        let (title, from, to) = (self.title(said.account), beijing(said.from), beijing(said.to));
        format!("{}声明此表包含{title}从{from}到{to}（不含）的全部作品", said.by)
    }

    fn preview_json(&self) -> Value {
        let accounts = by_account(&self.plan.posts).into_iter().map(|(id, rows)| {
            let ends = ends(&rows).map(|(first, last)| (written(first), written(last))).unzip();
            let (name, platform) = self.account(id).map_or(("", ""), |of| (&of.name, of.platform.name()));
            json!({"account": name, "platform": platform, "posts": rows.len(), "first": ends.0, "last": ends.1})
        });
        let row = |planned: &PlannedPost| {
            let (post, name) = (&planned.post, self.account(planned.account).map(|of| &of.name));
            json!({"account": name, "published_at": written(post.when), "title": post.title, "id": post.id, "url": post.url})
        };
        json!({
            "dry_run": true,
            "posts": self.plan.posts.len(),
            "accounts": accounts.collect::<Vec<_>>(),
            "hidden": self.plan.hidden,
            "left_out": self.left_out(),
            "remarks": self.plan.remarks.iter().chain(&self.unclear()).collect::<Vec<_>>(),
            "rows": self.plan.posts.iter().take(SHOWN).map(row).collect::<Vec<_>>(),
            "all_of": self.all_of.map(|said| json!({"from": said.from, "to": said.to, "by": said.by})),
        })
    }

    fn left_out(&self) -> Vec<Value> {
        let one = |left: &LeftOut| json!({"status": left.status, "rows": left.rows, "known": left.known});
        self.plan.left_out.iter().map(one).collect()
    }

    fn say_kept(&self, json: bool, kept: &Kept) -> Result<Outcome, CliError> {
        tell(&self.plan.remarks);
        let (total, accounts) = (self.plan.posts.len(), by_account(&self.plan.posts).len());
        if json {
            print_json(&json!({
                "posts": total, "new": kept.new, "accounts": accounts, "hidden": self.plan.hidden,
                "left_out": self.left_out(), "remarks": self.plan.remarks, "attestation": kept.attestation,
            }))?;
            return Ok(Outcome::Done);
        }
        outln!("已导入{accounts}个账号的{total}条发布，其中新的{}条", kept.new);
        if let (Some(said), Some(id)) = (self.all_of, kept.attestation) {
            outln!("已登记（编号{id}）：{}；登记错了可用 attest withdraw 撤回", self.statement(said));
        }
        Ok(Outcome::Done)
    }
}

/// The first and the last time of some posts.
fn ends(rows: &[RawPost]) -> Option<(When, When)> {
    let first = rows.iter().map(|row| row.when).min_by_key(|when| when.earliest())?;
    let last = rows.iter().map(|row| row.when).max_by_key(|when| when.latest())?;
    Some((first, last))
}

fn told(left: &LeftOut) -> String {
    let unknown = if left.known { "" } else { "（不认识）" };
    format!("“{}”{unknown}{}行", left.status, left.rows)
}
