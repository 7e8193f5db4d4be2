//! The draft for a new period: the words of the last one with its figures taken out, or the form to begin
//! with.

use super::BLANK;
use super::parse::{FIGURES, Line, figure};
use crate::domain::Period;
use crate::report::period_words;

/// Begins the line that names the period.
const TITLE: &str = "# 周期：";
/// Begins the line that has the figure of the period before.
const BEFORE: &str = "# 上期：";

/// The text of a new file, lines ended as Notepad has them. Without a previous one it begins with `own`,
/// the profile's form, or the usual one.
pub fn draft(period: Period, previous: Option<&str>, own: Option<&str>) -> String {
    let text = match previous {
        Some(previous) => carried(period, previous),
        None => format!("{}{}", head(period), own.map_or_else(|| body(period), str::to_owned)),
    };
    text.lines().map(|line| format!("{line}\r\n")).collect()
}

/// The paragraphs stay, figures become blank with the old one above; divisions stay.
fn carried(period: Period, previous: &str) -> String {
    let mut lines = vec![format!("{TITLE}{}（由上期转来，请逐段核对）", period_words(period))];
    let mut in_figures = false;
    for line in previous.trim_start_matches('\u{feff}').lines() {
        if line.starts_with(TITLE) || line.starts_with(BEFORE) {
            continue;
        }
        let text = match Line::of(line) {
            Line::Heading(heading) => {
                in_figures = heading == FIGURES;
                None
            }
            Line::Text(text) if in_figures => figure(text),
            _ => None,
        };
        match text {
            Some((name, value)) if !value.is_empty() && !value.contains(['/', '÷', '／', '+', '＋']) => {
                lines.extend([format!("{BEFORE}{name} = {value}"), format!("{name} =")]);
            }
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    lines.join("\n")
}

fn head(period: Period) -> String {
    format!(
        "{TITLE}{title}
# 这里写通报中由办公室自己写的段落。以 # 开头的行是说明，不会印出。
# 【】里是标题，标题下面一行是一段。标题与通报里已有的相同，就接在那一节后面。
# {{}} 里是字段，印出时换成数；有哪些字段：cuigeng report words --period {period} --fields
# 还没有填的印成 {BLANK}，并说明在第几行。本文件只由人修改，重新生成通报不会改动它。

",
        title = period_words(period)
    )
}

fn body(period: Period) -> String {
    format!(
        "【{FIGURES}】
# 一行一个：名称 = 数。没有的不用写。可以写成几项相加；写成除法的算成百分数，小数位数按检查口径。
访谈期数 =
受理件数 =
办结件数 =
办结率 = 办结件数 / 受理件数
网站数 =
合格网站数 =
网站合格率 = 合格网站数 / 网站数

【一、总体情况】
{{全地区}}正在运行的政府网站共计{{网站数}}个。经检查，合格{{合格网站数}}个，合格率为{{网站合格率}}。

{}",
        sections(period)
    )
}

fn sections(period: Period) -> String {
    let tallies = "信息报送情况。截至{截止日期}，共收到报送信息{报送信息}条，采用{采用信息}条，采用率为{采用率}。";
    let talks = "政务访谈情况。开展政务访谈{访谈期数}期。";
    let mail = "来信办理情况。受理{受理件数}件，办结{办结件数}件，办结率为{办结率}。";
    let demands = format!("请各单位于{BLANK}前整改到位。");
    match period {
        Period::Quarter(_) => format!(
            "【二、政府门户网站运行保障情况】\n{talks}\n{mail}\n\n【三、政务公开专栏管理情况】\n(一)基本情况。各单位公开信息{{公开条数}}条。\n(二)主要问题。{BLANK}\n\n【四、下一步工作要求】\n{demands}"
        ),
        _ => format!(
            "【二、政府门户网站内容保障情况】\n（一）{tallies}\n（二）{talks}\n（三）{mail}\n\n【三、下一步工作要求】\n{demands}"
        ),
    }
}
