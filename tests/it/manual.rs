//! The manual is true: its links lead somewhere, its commands parse, its settings and lists are taken,
//! what it lets the program say the program says, and its walk-throughs end as they promise.

mod loopback;
mod pages;
mod walks;

use clap::Parser;
use cuigeng::cli::args::Cli;
use pages::{Block, Page, root};
use std::path::Path;
use std::process::{Command, Output};

/// Every page of a source answers these, in this order.
const HEADINGS: [&str; 6] =
    ["能证明什么", "需要什么", "怎么开通", "怎么检查开通好了", "会怎么坏、怎么办", "合规与注意"];

/// Whole addresses, as the service unit has them.
fn cuigeng(dir: &Path, line: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cuigeng"));
    command.current_dir(dir).arg("--config").arg(dir.join("config.toml"));
    command.arg("--data").arg(dir.join("data")).args(line).output().unwrap()
}

#[test]
fn every_link_leads_somewhere_and_every_page_is_in_the_contents() {
    let pages = pages::all();
    let contents = pages.iter().find(|page| page.name == "docs/manual/README.md").unwrap();
    for page in &pages {
        for link in page.links() {
            assert!(page.dir().join(&link).exists(), "{}: {link}", page.name);
        }
        let listed = contents.links().iter().any(|link| page.path == contents.dir().join(link));
        assert!(listed || page.name == contents.name, "{} is not in the contents", page.name);
    }
    assert!(pages.len() >= 17);
}

#[test]
fn files_that_name_a_page_name_it_rightly() {
    let mut named = 0;
    for file in ["config.toml", "README.md", "README.zh.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        for (at, _) in text.match_indices("docs/manual") {
            let stop = |c: char| c.is_whitespace() || "()[]，。；：、`*".contains(c);
            let path: String = text[at..].chars().take_while(|c| !stop(*c)).collect();
            assert!(root().join(&path).exists(), "{file}: {path}");
            named += 1;
        }
    }
    assert!(named >= 5, "{named}");
}

#[test]
fn every_page_of_a_source_has_the_same_headings() {
    for page in pages::all().iter().filter(|page| page.name.contains("/sources/")) {
        let headings: Vec<&str> = page.text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, HEADINGS, "{}", page.name);
    }
}

#[test]
fn every_kind_of_source_has_its_page() {
    let code = std::fs::read_to_string(root().join("src/config/sources.rs")).unwrap();
    let kinds: Vec<&str> = code
        .lines()
        .filter_map(|line| line.trim().strip_prefix("(\"")?.split_once("\", Kind::").map(|(kind, _)| kind))
        .collect();
    assert!(kinds.len() >= 10, "{kinds:?}");
    let marks = kinds.iter().map(|kind| format!("kind = \"{kind}\"")).chain(["[collectors.".to_owned()]);
    let pages = pages::all();
    for mark in marks {
        let told = |under: &str| {
            pages.iter().any(|page| page.name.contains(under) && page.blocks("toml").any(|b| b.text.contains(&mark)))
        };
        assert!(told("/sources/"), "no page for {mark}");
        let overview = pages.iter().find(|page| page.name.ends_with("各来源一览.md")).unwrap();
        assert!(overview.text.contains(&mark), "the overview lacks {mark}");
    }
}

#[test]
fn every_command_parses() {
    let mut checked = 0;
    for page in pages::all() {
        for line in page.blocks("sh").flat_map(|block| block.lines()).filter(|line| line.starts_with("cuigeng ")) {
            let words = words(&line);
            let parsed = Cli::try_parse_from(&words);
            assert!(parsed.is_ok(), "{}: {line}\n{}", page.name, parsed.unwrap_err());
            checked += 1;
        }
    }
    assert!(checked > 30, "{checked}");
}

/// Words as a shell takes them, without its comment.
fn words(line: &str) -> Vec<String> {
    let plain = line.split(" #").next().unwrap_or_default();
    let mut words = Vec::new();
    for (i, part) in plain.split('\'').enumerate() {
        if i % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// A configuration of one block, with the secrets that it names.
fn office(block: &Block) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("config.toml"), &block.text).unwrap();
    std::fs::create_dir(dir.path().join("secrets")).unwrap();
    for name in pages::secrets(&block.text) {
        std::fs::write(dir.path().join("secrets").join(name), "EXAMPLE").unwrap();
    }
    dir
}

#[test]
fn every_setting_is_taken_and_its_secrets_are_told() {
    let mut checked = 0;
    for page in pages::all() {
        for block in page.blocks("toml") {
            let dir = office(&block);
            let output = cuigeng(dir.path(), &["check"]);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}:\n{}\n{said}", page.name, block.text);
            for name in pages::secrets(&block.text) {
                let place = format!("/etc/cuigeng/secrets/{name}");
                assert!(page.text.contains(&place), "{} does not say where {name} goes", page.name);
            }
            checked += 1;
        }
    }
    assert!(checked >= 15, "{checked}");
}

#[test]
fn every_list_is_taken_with_the_settings_above_it() {
    let mut checked = 0;
    for page in pages::all() {
        let mut settings = Block::default();
        for block in page.all_blocks() {
            match block.language.as_str() {
                "toml" => settings = block,
                "csv" => {
                    let dir = office(&settings);
                    std::fs::write(dir.path().join("台账.csv"), &block.text).unwrap();
                    let output = cuigeng(dir.path(), &["account", "import", "台账.csv"]);
                    assert!(output.status.success(), "{}: {}", page.name, String::from_utf8_lossy(&output.stderr));
                    checked += 1;
                }
                _ => {}
            }
        }
    }
    assert!(checked >= 13, "{checked}");
}

#[test]
fn every_line_of_json_is_json() {
    let pages = pages::all();
    let blocks = pages.iter().flat_map(|page| page.blocks("json").chain(page.blocks("jsonl")));
    let lines: Vec<String> = blocks.flat_map(|block| block.lines()).collect();
    for line in &lines {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
    assert!(lines.len() > 8);
}

/// What stands between 「 and 」 is the program's own word.
#[test]
fn the_program_says_what_the_manual_lets_it_say() {
    let code = pages::code();
    let mut unsaid = Vec::new();
    for page in pages::all() {
        let quotes = page.quotes().into_iter().filter(|said| !code.contains(said));
        unsaid.extend(quotes.map(|said| format!("{}: {said}", page.name)));
        let rows = page.faults();
        for row in &rows {
            assert!(row.contains('「'), "{}: a fault without the program's words: {row}", page.name);
        }
        assert!(rows.len() >= 5 || !page.name.contains("/sources/"), "{}", page.name);
    }
    assert_eq!(unsaid, Vec::<String>::new());
}

#[test]
fn a_shell_comment_and_quotes_are_understood() {
    assert_eq!(
        words("cuigeng judge --at '2026-11-23 09:00'  # 说明"),
        ["cuigeng", "judge", "--at", "2026-11-23 09:00"]
    );
    let page = Page::of("x.md", "   ```toml\n   [a]\n   b = 1\n   ```\n[x](y.md#z) [w](https://w)");
    assert_eq!(page.blocks("toml").map(|b| b.text).collect::<Vec<_>>(), ["[a]\nb = 1\n"]);
    assert_eq!(page.links(), ["y.md"]);
}
