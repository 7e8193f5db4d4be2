//! Page, type and paragraphs of GB/T 9704-2012 as Word counts them: lengths in twips (1/20 pt), type in
//! half points (documents.md, "Official page format").

/// A4.
pub(super) const PAGE: (i64, i64) = (11906, 16838);
/// 天头 37 mm, right 26 mm, bottom 35 mm, 订口 28 mm.
pub(super) const MARGINS: [i64; 4] = [2098, 1474, 1984, 1587];
/// Header and footer from the edges of the page: the dashes of the page number then lie 7 mm below the
/// 版心.
pub(super) const HEADER: i64 = 1134;
pub(super) const FOOTER: i64 = 1417;
/// Width of the 版心.
pub(super) const WIDTH: i64 = PAGE.0 - MARGINS[1] - MARGINS[3];
/// Its height, which is its width on a page that lies on its side.
pub(super) const HEIGHT: i64 = PAGE.1 - MARGINS[0] - MARGINS[2];
/// 22 lines of 579 fill the 版心 (12738 of 12756).
pub(super) const LINE: i64 = 579;
/// 28 characters of 3号 need 8960 of 8845: so each gives up 5 (8820).
pub(super) const TIGHT: i64 = -5;
/// One character of the running text.
pub(super) const EM: i64 = 320 + TIGHT;

/// A typeface by the name that offices know, and what may stand in for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Font {
    /// Its name.
    pub(super) name: &'static str,
    /// Names of free or common faces of the same kind, in order of preference.
    pub(super) others: &'static str,
    /// Its class (PANOSE), by which a reader without any of them chooses.
    pub(super) panose: &'static str,
}

/// 小标宋: titles.
pub(super) const XIAOBIAOSONG: Font = Font {
    name: "方正小标宋简体",
    others: "FZXiaoBiaoSong-B05S,方正小标宋_GBK,小标宋体,华文中宋,Noto Serif CJK SC,宋体",
    panose: "03000509000000000000",
};
/// 仿宋: running text.
pub(super) const FANGSONG: Font = Font {
    name: "仿宋_GB2312",
    others: "FangSong_GB2312,仿宋,FangSong,方正仿宋_GBK,华文仿宋,FandolFang R,Noto Serif CJK SC",
    panose: "02010609030101010101",
};
/// 楷体: headings of the second level.
pub(super) const KAITI: Font = Font {
    name: "楷体_GB2312",
    others: "KaiTi_GB2312,楷体,KaiTi,方正楷体_GBK,华文楷体,AR PL UKai CN,Noto Serif CJK SC",
    panose: "02010609030101010101",
};
/// 黑体: headings of the first level, heads of tables.
pub(super) const HEITI: Font =
    Font {
        name: "黑体", others: "SimHei,方正黑体_GBK,华文黑体,Noto Sans CJK SC", panose: "02010600030101010101"
    };
/// 宋体: page numbers.
pub(super) const SONGTI: Font =
    Font {
        name: "宋体", others: "SimSun,方正书宋_GBK,华文宋体,Noto Serif CJK SC", panose: "02010600030101010101"
    };

pub(super) const FONTS: [Font; 5] = [XIAOBIAOSONG, FANGSONG, KAITI, HEITI, SONGTI];

/// A kind of paragraph.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// As paragraphs refer to it.
    pub(super) id: &'static str,
    /// As Word lists it.
    pub(super) name: &'static str,
    /// Its typeface.
    pub(super) font: Font,
    /// In half points.
    pub(super) size: i64,
    /// `left`, `center`, `right`, `both`.
    pub(super) align: &'static str,
    /// Its first line stands two characters in.
    pub(super) is_indented: bool,
    /// It stays with what follows.
    pub(super) keeps: bool,
    /// Level in the outline, from 0.
    pub(super) outline: Option<i64>,
    /// Six digits.
    pub(super) colour: Option<&'static str>,
}

const PLAIN: Style = Style {
    id: "Normal",
    name: "Normal",
    font: FANGSONG,
    size: 32,
    align: "both",
    is_indented: false,
    keeps: false,
    outline: None,
    colour: None,
};
const RED: Option<&str> = Some("FF0000");

pub(super) const FLUSH: Style = PLAIN;
pub(super) const BODY: Style = Style { id: "BodyText", name: "Body Text", is_indented: true, ..PLAIN };
pub(super) const TITLE: Style =
    Style { id: "Title", name: "Title", font: XIAOBIAOSONG, size: 44, align: "center", keeps: true, ..PLAIN };
pub(super) const SUBTITLE: Style =
    Style { id: "Subtitle", name: "Subtitle", font: KAITI, align: "center", keeps: true, ..PLAIN };
/// 一、
pub(super) const HEADING1: Style =
    Style { id: "Heading1", name: "heading 1", font: HEITI, keeps: true, outline: Some(0), ..BODY };
/// （一）
pub(super) const HEADING2: Style =
    Style { id: "Heading2", name: "heading 2", font: KAITI, outline: Some(1), ..HEADING1 };
/// 1. and （1）
pub(super) const HEADING3: Style =
    Style { id: "Heading3", name: "heading 3", font: FANGSONG, outline: Some(2), ..HEADING1 };
pub(super) const RIGHT: Style = Style { id: "Signature", name: "Signature", align: "right", ..PLAIN };
/// 附件1, on the first line of its page.
pub(super) const ANNEX: Style =
    Style { id: "AnnexNumber", name: "附件序号", font: HEITI, keeps: true, outline: Some(0), ..PLAIN };
pub(super) const TABLE_TITLE: Style =
    Style { id: "TableTitle", name: "表格标题", font: HEITI, align: "center", keeps: true, ..PLAIN };
pub(super) const MASTHEAD: Style =
    Style {
        id: "Masthead", name: "发文机关标志", font: XIAOBIAOSONG, size: 72, align: "center", colour: RED, ..PLAIN
    };
pub(super) const NUMBER: Style = Style { id: "PaperNumber", name: "发文字号", align: "center", ..PLAIN };
pub(super) const IMPRINT: Style = Style { id: "Imprint", name: "版记", size: 28, align: "left", ..PLAIN };
pub(super) const NOTE: Style = Style { id: "TableNote", name: "表注", size: 24, align: "left", ..PLAIN };
pub(super) const CELL: Style = Style { id: "TableCell", name: "表格", size: 28, align: "center", ..PLAIN };
pub(super) const PAGE_NUMBER: Style =
    Style { id: "Footer", name: "footer", font: SONGTI, size: 28, align: "right", ..PLAIN };
pub(super) const RUNNING_HEAD: Style = Style { id: "Header", name: "header", font: KAITI, size: 24, ..RIGHT };

pub(super) const STYLES: [Style; 17] = [
    FLUSH,
    BODY,
    TITLE,
    SUBTITLE,
    HEADING1,
    HEADING2,
    HEADING3,
    RIGHT,
    ANNEX,
    TABLE_TITLE,
    MASTHEAD,
    NUMBER,
    IMPRINT,
    NOTE,
    CELL,
    PAGE_NUMBER,
    RUNNING_HEAD,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The arithmetic of documents.md.
    #[test]
    fn the_page_holds_22_lines_of_28_characters() {
        assert_eq!((WIDTH, HEIGHT), (8845, 12756));
        assert_eq!((HEIGHT / LINE, HEIGHT / (LINE + 1)), (22, 21));
        assert_eq!((WIDTH / EM, WIDTH / (EM + 1)), (28, 27));
        let mm = |twips: i64| (twips * 254 + 7200) / 14400;
        assert_eq!(MARGINS.map(mm), [37, 26, 35, 28]);
    }
}
