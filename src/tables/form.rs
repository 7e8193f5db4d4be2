//! The forms of tables that come from elsewhere: their columns as the papers print them
//! (documents.md, "Monthly 通报 (开封 form)", "Quarterly 通报 (济源 form)", "Score sheets (偃师 form)",
//! "Tallies (商南 form)" and "Other attachments seen").

use super::forms::FORMS;

/// What a column holds, and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 序号, counted when the table is printed.
    Seq,
    /// What the row is about; never blank.
    Office,
    /// Words that must stand there.
    Text,
    /// Words that may be missing.
    Remark,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number, 0 or more.
    Count,
    /// A score, 0 or more; the total adds them up.
    Points,
    /// A score that is given and not added up.
    Given,
    /// Points that may be taken off: never 0.
    Signed,
    /// 1 or 0.
    Flag,
    /// Computed: the weights of the profile times the two counts.
    Score,
    /// Computed: the sum of all [`Role::Points`].
    Total,
    /// Computed: the dense rank (1, 2, 2, 3) by the column of that number.
    Rank(usize),
    /// Computed: the first column in per cent of the second.
    Rate(usize, usize),
}

impl Role {
    /// Whether we compute it.
    pub const fn is_computed(self) -> bool {
        matches!(self, Role::Seq | Role::Score | Role::Total | Role::Rank(_) | Role::Rate(..))
    }

    /// Whether a file without the column is refused.
    pub const fn is_needed(self) -> bool {
        !self.is_computed() && !matches!(self, Role::Remark)
    }
}

/// One column of a form.
#[derive(Clone, Copy, Debug)]
pub struct FormColumn {
    /// The heading that prints, the English name, then what else people write.
    pub names: &'static [&'static str],
    /// Other headings that papers print for it; a file's own one of these is kept.
    pub printed_as: &'static [&'static str],
    /// What it holds.
    pub role: Role,
}

impl FormColumn {
    /// What a file may call it; the first one is what templates and refusals say. A heading that depends
    /// on the period is for print alone.
    pub fn written(&self) -> &'static [&'static str] {
        match self.names {
            [first, rest @ ..] if first.contains('{') => rest,
            names => names,
        }
    }
}

/// One form of table.
#[derive(Debug)]
pub struct Form {
    /// The English word.
    pub word: &'static str,
    /// The Chinese one; also the key of the table.
    pub chinese: &'static str,
    /// The title; `{period}` and `{name}` are filled in.
    pub title: &'static str,
    /// The line below the title.
    pub subtitle: Subtitle,
    /// Every column that it knows.
    pub columns: &'static [FormColumn],
    /// The headings that print, unless the profile says otherwise.
    pub printed: &'static [&'static str],
    /// Rows fall by these columns, the first one first; none: the order of the file.
    pub sort: &'static [&'static str],
    /// So many of the printed columns are printed once for rows of one office.
    pub once: usize,
    /// Titles over the columns.
    pub groups: &'static [(&'static str, usize)],
    /// The line below; `{reported}` and `{adopted}` are the weights.
    pub note: &'static str,
    /// One office may have several rows.
    pub repeats: bool,
    /// Exactly one of these columns is 1.
    pub exclusive: &'static [&'static str],
    /// Several tables of the form share one attachment, the first one bears the title.
    pub shares: bool,
    /// It is printed with empty rows, for others to fill in.
    pub is_blank: bool,
    /// Decimals of its rates, where they are not the profile's.
    pub decimals: Option<u32>,
}

/// What stands below a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subtitle {
    /// Nothing.
    None,
    /// The dates of the checks.
    Checks,
    /// The name of the table in brackets.
    Name,
    /// (监测时间：9月1日——9月30日).
    Span,
}

impl Form {
    /// The form of a Chinese or English word.
    pub fn find(word: &str) -> Option<&'static Form> {
        FORMS.iter().find(|form| form.chinese == word || form.word.eq_ignore_ascii_case(word))
    }

    /// Every form, in the order in which attachments stand by default.
    pub fn all() -> impl Iterator<Item = &'static Form> {
        FORMS.iter()
    }

    /// The place of the column that prints as `name`.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.names[0] == name)
    }

    /// The first column of that role.
    pub fn of(&self, role: Role) -> Option<usize> {
        self.columns.iter().position(|column| column.role == role)
    }
}

impl PartialEq for Form {
    fn eq(&self, other: &Form) -> bool {
        self.word == other.word
    }
}
