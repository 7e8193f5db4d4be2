//! A month's or a quarter's paper in the form of its profile: section by section, each part computed from
//! the roll, none typed.

use super::compose::{Entry, Roll, closing_table, exempt_table, meta, number, office, remarks, text, undecided};
use super::figures::{figures, group};
use super::lists::{self, by_platform, holds};
use super::script::filled;
use super::unclear::{doubts, unclear_table};
use super::{Block, Facts, Held, Order, Part, Piece, Report, Table, words};
use crate::rules::Grade;
use crate::wording::numeral;
use std::collections::BTreeMap;

/// The paper of a month.
pub fn month(facts: &Facts<'_>) -> Report {
    compose(facts)
}

/// The paper of a quarter: the same form over more checks.
pub fn quarter(facts: &Facts<'_>) -> Report {
    compose(facts)
}

/// What every part reads.
struct Saying<'a> {
    facts: &'a Facts<'a>,
    roll: Roll<'a>,
    fields: BTreeMap<String, String>,
}

fn compose(facts: &Facts<'_>) -> Report {
    let roll = Roll::of(facts);
    let fields = figures(facts, &roll);
    let saying = Saying { facts, roll, fields };
    let roll = &saying.roll;
    let mut footnotes = remarks(facts, roll);
    footnotes.extend(undecided(facts, roll));
    footnotes.extend(lists::unscored(facts, roll));
    Report {
        title: saying.fill(&facts.profile.script.title),
        subtitle: Some(if roll.has_findings() && !roll.awaits(facts) { "草稿" } else { "草稿 · 待核实" }.to_owned()),
        blocks: saying.sections(),
        footnotes,
        paper: None,
        meta: meta(facts),
    }
}

impl Saying<'_> {
    /// Sections that have nothing to say are left out, and the numbers close up.
    fn sections(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut number = 0;
        if self.facts.checks.is_empty() {
            blocks.push(Block::Paragraph("本期没有检查。".to_owned()));
        }
        for section in &self.facts.profile.script.sections {
            let said: Vec<Block> = section.parts.iter().flat_map(|part| self.part(*part)).collect();
            if let Some(heading) = section.heading.as_ref().filter(|_| !said.is_empty()) {
                number += 1;
                blocks.push(Block::Heading(format!("{}、{heading}", numeral(number))));
            }
            blocks.extend(said);
        }
        blocks
    }

    fn part(&self, part: Piece) -> Vec<Block> {
        let (facts, roll) = (self.facts, &self.roll);
        let period = words::period(facts.period);
        let prose = |said: Vec<String>| said.into_iter().map(Block::Paragraph).collect();
        match part {
            // Without a check nothing was found, and nothing can be said.
            _ if facts.checks.is_empty() && !part.is_table() => Vec::new(),
            Piece::Opening => prose(vec![self.fill(&facts.profile.script.phrases.opening)]),
            Piece::Overall => prose(self.overall()),
            Piece::Platforms => prose(self.platforms().into_iter().collect()),
            Piece::PlatformTable => vec![self.group_table("各平台情况", "平台类型", &self.by_platform())],
            Piece::Offices => prose(self.offices().into_iter().collect()),
            Piece::OfficeTable => vec![self.group_table("各单位情况", "主管单位", &self.by_office())],
            Piece::Named => prose(self.named().into_iter().collect()),
            Piece::Praise => prose(self.praise()),
            Piece::Reminders => prose(self.reminders().into_iter().collect()),
            Piece::Lists => facts.profile.script.lists.iter().map(|form| Block::Table(self.list(form))).collect(),
            Piece::Unclear => working(unclear_table(facts, roll, format!("{period}无法判定的政务新媒体名单"))),
            Piece::Closing => working(closing_table(facts, roll, format!("{period}关停公告中的政务新媒体名单"))),
            Piece::Exempt => working(exempt_table(facts, roll, format!("{period}不参评的政务新媒体名单"))),
        }
    }

    fn fill(&self, phrase: &str) -> String {
        filled(phrase, |name| self.fields.get(name).cloned())
    }

    /// The same with fields of its own.
    fn fill_with(&self, phrase: &str, own: &[(&str, String)]) -> String {
        let of_own = |name: &str| own.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        filled(phrase, |name| of_own(name).or_else(|| self.fields.get(name).cloned()))
    }

    /// The figures, each counted from the roll.
    fn overall(&self) -> Vec<String> {
        let said = self.fill(&self.facts.profile.script.phrases.overall);
        std::iter::once(said).chain(self.twice_listed()).chain(self.undecided()).collect()
    }

    /// Why the list of problems is longer than the number of accounts that have but problems.
    fn twice_listed(&self) -> Option<String> {
        let apart = self.lists_problems_apart();
        let listed = holds(self.facts, &self.roll, Held::Problem);
        let with = |grade: Grade| listed.iter().filter(|entry| entry.grade() == grade).count();
        let parts = [("同时列入不合格名单", with(Grade::Failed)), ("能否合格尚无法判定", with(Grade::Unclear))];
        let parts: Vec<String> = parts.iter().filter(|(_, n)| *n > 0).map(|(why, n)| format!("{n}个{why}")).collect();
        let said = format!("存在问题名单共{}个账号，其中{}。", listed.len(), parts.join("，"));
        let mixed = || self.half_checked_in_lists(&listed);
        if apart { (!parts.is_empty()).then_some(said) } else { mixed() }
    }

    /// The same where one list holds both, and no sentence names whom it holds.
    fn half_checked_in_lists(&self, listed: &[Entry<'_>]) -> Option<String> {
        let script = &self.facts.profile.script;
        let named = script.says(Piece::Named) && script.named.iter().any(|naming| naming.of == Held::Problem);
        let lists = script.says(Piece::Lists) && script.lists.iter().any(|list| list.of.contains(&Held::Problem));
        let unclear = listed.iter().filter(|entry| entry.grade() == Grade::Unclear).count();
        (lists && !named && unclear > 0).then(|| format!("名单中有{unclear}个账号能否合格尚无法判定。"))
    }

    fn lists_problems_apart(&self) -> bool {
        let script = &self.facts.profile.script;
        script.says(Piece::Lists) && script.lists.iter().any(|list| list.of == [Held::Problem])
    }

    /// Why a sentence names more accounts than were checked, where no list of problems says so.
    fn half_checked(&self, held: Held, entries: &[Entry<'_>]) -> String {
        let unclear = entries.iter().filter(|entry| entry.grade() == Grade::Unclear).count();
        let tell = held == Held::Problem && unclear > 0 && !self.lists_problems_apart();
        if tell { format!("其中{unclear}个能否合格尚无法判定。") } else { String::new() }
    }

    fn undecided(&self) -> Option<String> {
        let doubts = doubts(self.facts, &self.roll);
        let among = if doubts.is_empty() { doubts } else { format!("（其中{doubts}）") };
        let count = self.roll.graded(Grade::Unclear);
        (count > 0).then(|| format!("无法判定{count}个{among}，不计入检查数，定稿前须逐一核实。"))
    }

    fn by_platform(&self) -> Vec<(String, Roll<'_>)> {
        let facts = self.facts;
        let mut parts = self.roll.split(|account| facts.profile.prints(account.platform.name()).to_owned());
        parts.sort_by_key(|(name, _)| by_platform(name));
        parts
    }

    fn by_office(&self) -> Vec<(String, Roll<'_>)> {
        self.roll.split(|account| office(account).to_owned())
    }

    /// A platform that was not checked is not spoken of, and one alone needs no sentence of its own: it would
    /// be the one above.
    fn platforms(&self) -> Option<String> {
        let mut parts = self.by_platform();
        parts.retain(|(_, roll)| roll.checked() > 0);
        let phrases = &self.facts.profile.script.phrases;
        (parts.len() > 1).then(|| self.joined(&phrases.platforms, &phrases.platform, "平台", &parts))
    }

    /// The offices with findings, the most first.
    fn offices(&self) -> Option<String> {
        let found = |roll: &Roll<'_>| (roll.graded(Grade::Failed), roll.graded(Grade::Problem));
        let mut parts = self.by_office();
        parts.retain(|(_, roll)| found(roll) != (0, 0));
        parts.sort_by_key(|(_, roll)| std::cmp::Reverse(found(roll)));
        let phrases = &self.facts.profile.script.phrases;
        (!parts.is_empty()).then(|| self.joined(&phrases.offices, &phrases.office, "单位", &parts))
    }

    fn joined(&self, around: &str, one: &str, name: &str, parts: &[(String, Roll<'_>)]) -> String {
        let say = |(of, roll): &(String, Roll<'_>)| {
            let mut fields = group(self.facts, roll);
            fields.insert(name.to_owned(), of.clone());
            filled(one, |name| fields.get(name).cloned())
        };
        let all: Vec<String> = parts.iter().map(say).collect();
        self.fill_with(around, &[("各项", all.join("；"))])
    }

    /// A row for each, with the figures that [`group`] counts.
    fn group_table(&self, key: &str, heading: &str, parts: &[(String, Roll<'_>)]) -> Block {
        const GRADES: [Grade; 3] = [Grade::Failed, Grade::Problem, Grade::Unclear];
        let row = |(at, (name, roll)): (usize, &(String, Roll<'_>))| {
            let mut cells = vec![number(at + 1), text(name.clone())];
            cells.extend([roll.running(), roll.checked(), roll.passed()].map(number));
            cells.extend(GRADES.map(|grade| number(roll.graded(grade))));
            cells.push(text(super::compose::rate(self.facts, roll.passed(), roll.checked())));
            cells
        };
        let columns = ["序号", heading, "正在运行", "检查", "合格", "不合格", "存在问题", "无法判定", "合格率"];
        let rows = parts.iter().enumerate().map(row).collect();
        Block::Table(Table::new(key, format!("{}{key}", words::period(self.facts.period)), &columns, rows))
    }

    /// One paragraph; a sentence that has nobody to name says what the profile lets it say then.
    fn named(&self) -> Option<String> {
        let one = |naming: &super::Naming| {
            let held = holds(self.facts, &self.roll, naming.of);
            let entries = lists::ordered(self.facts, self.order_of(naming.of), held);
            if entries.is_empty() {
                return naming.none.as_ref().map(|none| self.fill(none));
            }
            let own = [("名单", self.names(&naming.name, &entries)), ("个数", entries.len().to_string())];
            Some(format!("{}{}", self.fill_with(&naming.text, &own), self.half_checked(naming.of, &entries)))
        };
        let said: String = self.facts.profile.script.named.iter().filter_map(one).collect();
        (!said.is_empty()).then_some(said)
    }

    /// The order of the list that holds them, so that the sentence reads as its annex does.
    fn order_of(&self, held: Held) -> Order {
        let lists = &self.facts.profile.script.lists;
        lists.iter().find(|list| list.of.contains(&held)).map_or(Order::Platform, |list| list.order)
    }

    /// The names in order. Where a name begins with its office, the accounts of an office stand together,
    /// and it is named once.
    fn names(&self, phrase: &str, entries: &[Entry<'_>]) -> String {
        let Some(rest) = phrase.strip_prefix("{单位}的") else {
            return entries.iter().map(|entry| self.name(phrase, entry)).collect::<Vec<_>>().join("、");
        };
        let mut offices: Vec<(&str, Vec<String>)> = Vec::new();
        for entry in entries {
            let (of, said) = (office(entry.account), self.name(rest, entry));
            match offices.iter_mut().find(|(known, _)| *known == of) {
                Some((_, names)) => names.push(said),
                None => offices.push((of, vec![said])),
            }
        }
        let one = |(of, names): &(&str, Vec<String>)| format!("{of}的{}", names.join("、"));
        offices.iter().map(one).collect::<Vec<_>>().join("；")
    }

    fn name(&self, phrase: &str, entry: &Entry<'_>) -> String {
        let facts = self.facts;
        filled(phrase, |field| match field {
            "账号" => Some(entry.account.name.clone()),
            "平台" => Some(facts.profile.prints(entry.account.platform.name()).to_owned()),
            "单位" => Some(office(entry.account).to_owned()),
            "问题" => Some(lists::whole_label(facts, entry)),
            "分数" => Some(lists::score(entry).text()),
            _ => None,
        })
    }

    fn praise(&self) -> Vec<String> {
        let phrases = &self.facts.profile.script.phrases;
        let progress = self.facts.progress;
        let said = [(&phrases.praise_steady, &progress.steady), (&phrases.praise_prompt, &progress.prompt)];
        let one = |(phrase, names): (&String, &Vec<String>)| {
            let own = [("名单", names.join("、")), ("个数", names.len().to_string())];
            (!names.is_empty()).then(|| self.fill_with(phrase, &own))
        };
        said.into_iter().filter_map(one).collect()
    }

    /// An office that sends none need not say so.
    fn reminders(&self) -> Option<String> {
        let letters = self.facts.letters;
        (letters.alarms + letters.reminders > 0).then(|| self.fill(&self.facts.profile.script.phrases.reminders))
    }

    fn list(&self, form: &super::ListForm) -> Table {
        let subtitle = form.subtitle.as_ref().map(|line| self.fill(line)).filter(|line| !line.is_empty());
        let part = form.annex.map_or(Part::Body, Part::Annex);
        Table { subtitle, part, ..lists::table(self.facts, &self.roll, form, self.fill(&form.title)) }
    }
}

/// What is for the office that checks.
fn working(table: Table) -> Vec<Block> {
    vec![Block::Table(Table { part: Part::Working, ..table })]
}
