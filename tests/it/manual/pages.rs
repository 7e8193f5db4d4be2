//! The manual's pages, as far as the tests read Markdown: code blocks, links, quoted words, tables.

use std::path::{Path, PathBuf};

pub(super) struct Page {
    /// Below the root of the repository.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) text: String,
}

/// A fenced code block, without the indentation of the list that it stands in.
#[derive(Clone, Default)]
pub(super) struct Block {
    pub(super) language: String,
    pub(super) text: String,
}

impl Block {
    pub(super) fn lines(&self) -> Vec<String> {
        self.text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
    }
}

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn all() -> Vec<Page> {
    let paths = files(&root().join("docs/manual"), "md");
    paths.into_iter().map(|path| Page::of_file(&path)).collect()
}

/// Every source file of the program, for looking up what it says.
pub(super) fn code() -> String {
    let src = root().join("src");
    let paths = [files(&src, "rs"), files(&src, "html"), files(&root().join("adapters"), "rs")].concat();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

fn files(under: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|ext| ext == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Names of the secrets that a configuration uses; a prefix stands for the names that begin with it.
pub(super) fn secrets(settings: &str) -> Vec<String> {
    const KEYS: [&str; 7] = ["cookie", "access_key", "token", "key", "client_secret", "secret_prefix", "token_prefix"];
    let table: toml::Table = settings.parse().unwrap();
    let sections = table.values().filter_map(|kind| kind.as_table()).flat_map(|kind| kind.values());
    let mut names = Vec::new();
    for section in sections.filter_map(|section| section.as_table()) {
        names.extend(KEYS.iter().filter_map(|key| section.get(*key)?.as_str()).map(str::to_owned));
        let own = section.get("secrets").and_then(|own| own.as_table());
        names.extend(own.into_iter().flat_map(|own| own.values()).filter_map(|name| name.as_str()).map(str::to_owned));
    }
    names
}

impl Page {
    fn of_file(path: &Path) -> Page {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        Page { name, path: path.to_owned(), text: std::fs::read_to_string(path).unwrap() }
    }

    pub(super) fn of(name: &str, text: &str) -> Page {
        Page { name: name.to_owned(), path: PathBuf::from(name), text: text.to_owned() }
    }

    pub(super) fn dir(&self) -> &Path {
        self.path.parent().unwrap()
    }

    pub(super) fn all_blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<(usize, Block)> = None;
        for line in self.text.lines() {
            let fence = line.trim_start().strip_prefix("```");
            match (&mut open, fence) {
                (None, Some(language)) => {
                    let indent = line.len() - line.trim_start().len();
                    open = Some((indent, Block { language: language.trim().to_owned(), text: String::new() }));
                }
                (Some(_), Some(_)) => blocks.extend(open.take().map(|(_, block)| block)),
                (Some((indent, block)), None) => {
                    block.text.push_str(line.get(*indent..).unwrap_or_default());
                    block.text.push('\n');
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{}: a code block without end", self.name);
        blocks
    }

    pub(super) fn blocks(&self, language: &str) -> impl Iterator<Item = Block> {
        let wanted = language.to_owned();
        self.all_blocks().into_iter().filter(move |block| block.language == wanted)
    }

    /// The one block in which `mark` stands.
    pub(super) fn block_with(&self, language: &str, mark: &str) -> Block {
        self.blocks(language).find(|block| block.text.contains(mark)).unwrap_or_else(|| panic!("{}: {mark}", self.name))
    }

    /// Targets of the links within the repository.
    pub(super) fn links(&self) -> Vec<String> {
        let targets = self.text.split("](").skip(1).filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
        let own = targets.filter(|target| !target.starts_with("http"));
        own.map(|target| target.split('#').next().unwrap_or_default().to_owned()).collect()
    }

    /// What stands between 「 and 」.
    pub(super) fn quotes(&self) -> Vec<String> {
        let parts = self.text.split('「').skip(1);
        parts.map(|rest| rest.split_once('」').expect("「 without 」").0.to_owned()).collect()
    }

    /// The rows of the table of faults.
    pub(super) fn faults(&self) -> Vec<String> {
        let section = self.text.split("## ").find(|section| section.starts_with("会怎么坏、怎么办"));
        let rows = section.unwrap_or_default().lines().filter(|line| line.starts_with('|')).skip(2);
        rows.map(str::to_owned).collect()
    }
}
