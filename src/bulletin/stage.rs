//! Which step of a 通报 may follow which: 草稿 → 核对稿 → 送审稿 → 签发稿.

/// Where a 通报 stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// 草稿: it changes with the evidence.
    Draft,
    /// 核对稿: each office has been given its findings.
    Review,
    /// 送审稿: it lies before whoever signs.
    Submitted,
    /// 签发稿: frozen.
    Issued,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Stage; 4] = [Stage::Draft, Stage::Review, Stage::Submitted, Stage::Issued];

    /// The word in JSON and in the database.
    pub const fn word(self) -> &'static str {
        match self {
            Stage::Draft => "draft",
            Stage::Review => "review",
            Stage::Submitted => "submitted",
            Stage::Issued => "issued",
        }
    }

    /// As the paper bears it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Stage::Draft => "草稿",
            Stage::Review => "核对稿",
            Stage::Submitted => "送审稿",
            Stage::Issued => "签发稿",
        }
    }

    /// The stage of that word.
    pub fn from_word(word: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.word() == word)
    }
}

/// What a person wants to do with a 通报.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Begin one, or a 更正 of one that is issued.
    Draft,
    /// Give each office its findings; again with another last day.
    Review,
    /// Lay it before whoever signs.
    Submit,
    /// Send it back to the draft (退回).
    Return,
    /// Sign and freeze it.
    Issue,
}

impl Act {
    /// Every act.
    pub const ALL: [Act; 5] = [Act::Draft, Act::Review, Act::Submit, Act::Return, Act::Issue];

    /// The verb of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Act::Draft => "draft",
            Act::Review => "review",
            Act::Submit => "submit",
            Act::Return => "return",
            Act::Issue => "issue",
        }
    }
}

/// The stage after an act. `at` is `None` where the period has no 通报 yet; `amends` is true for a 更正,
/// which need not go to every office once more. `Act::Draft` on an issued one begins its 更正.
///
/// # Errors
/// The sentence for the clerk: where it stands and what comes next.
pub const fn step(at: Option<Stage>, amends: bool, act: Act) -> Result<Stage, &'static str> {
    match (at, act) {
        (None | Some(Stage::Issued), Act::Draft) => Ok(Stage::Draft),
        (Some(Stage::Draft | Stage::Review), Act::Review) => Ok(Stage::Review),
        (Some(Stage::Review), Act::Submit) => Ok(Stage::Submitted),
        (Some(Stage::Draft), Act::Submit) if amends => Ok(Stage::Submitted),
        (Some(Stage::Review | Stage::Submitted), Act::Return) => Ok(Stage::Draft),
        (Some(Stage::Submitted), Act::Issue) => Ok(Stage::Issued),
        (at, act) => Err(refusal(at, act)),
    }
}

const fn refusal(at: Option<Stage>, act: Act) -> &'static str {
    match (at, act) {
        (None, _) => "这一期还没有起草，请先用 bulletin draft 起草",
        (Some(Stage::Issued), _) => "这一期已经签发，内容不能再改；要更正请用 bulletin draft 另起更正稿",
        (Some(Stage::Draft), Act::Draft) => "这一期已经在草稿阶段；要看现在的内容用 bulletin show --out",
        (Some(_), Act::Draft) => "这一期已经出了草稿；要退回修改请用 bulletin return",
        (Some(Stage::Draft), Act::Submit) => "还没有发各单位核对，请先用 bulletin review",
        (Some(Stage::Draft), Act::Return) => "这一期就在草稿阶段，不用退回",
        (Some(Stage::Submitted), Act::Review) => "已经送审；要重新核对，请先用 bulletin return 退回",
        (Some(Stage::Submitted), _) => "已经送审；签发用 bulletin issue，退回用 bulletin return",
        (Some(_), _) => "还没有送审，请先用 bulletin submit",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every act at every stage, for a first issue and for a 更正.
    #[test]
    fn every_step_that_may_and_may_not_follow() {
        use Stage::{Draft, Issued, Review, Submitted};
        let ats = [None, Some(Draft), Some(Review), Some(Submitted), Some(Issued)];
        for (act, wanted) in [
            (Act::Draft, [Some(Draft), None, None, None, Some(Draft)]),
            (Act::Review, [None, Some(Review), Some(Review), None, None]),
            (Act::Submit, [None, None, Some(Submitted), None, None]),
            (Act::Return, [None, None, Some(Draft), Some(Draft), None]),
            (Act::Issue, [None, None, None, Some(Issued), None]),
        ] {
            for (at, wanted) in ats.into_iter().zip(wanted) {
                assert_eq!(step(at, false, act).ok(), wanted, "{at:?} {act:?}");
                let amends = if (at, act) == (Some(Draft), Act::Submit) { Some(Submitted) } else { wanted };
                assert_eq!(step(at, true, act).ok(), amends, "更正 {at:?} {act:?}");
            }
        }
    }

    #[test]
    fn a_refusal_names_the_next_verb() {
        for at in [None, Some(Stage::Draft), Some(Stage::Review), Some(Stage::Submitted), Some(Stage::Issued)] {
            for act in Act::ALL {
                let said = step(at, false, act).err();
                let names_one = |said: &str| said.contains("bulletin ") || said.contains("不用退回");
                assert!(said.is_none_or(names_one), "{at:?} {act:?}: {said:?}");
            }
        }
        for stage in Stage::ALL {
            assert_eq!(Stage::from_word(stage.word()), Some(stage));
        }
    }
}
