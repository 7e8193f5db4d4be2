//! Writes the commented example for a new installation. It never overwrites anything.

use super::raw::SHIPPED;
use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes `config.toml` into `dir` (made when missing) and an empty folder `secrets` beside it that
/// only its owner may enter. Returns what was made; a folder `secrets` that exists is left as it is.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] when there is a `config.toml`, with the operator's sentence; else
/// what the system says.
pub fn write_example(dir: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(dir)?;
    let file = dir.join("config.toml");
    write_new(&file).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            let said = format!("{} 已经存在，没有改动它；要重新生成，请先把它改名", file.display());
            io::Error::new(io::ErrorKind::AlreadyExists, said)
        }
        _ => error,
    })?;
    let secrets = dir.join("secrets");
    let mut made = vec![file];
    if !secrets.is_dir() {
        private_dir(&secrets)?;
        made.push(secrets);
    }
    Ok(made)
}

/// What to do after [`write_example`] (Chinese, several lines).
pub fn next_steps(dir: &Path) -> String {
    let (file, secrets) = (dir.join("config.toml"), dir.join("secrets"));
    [
        "接下来：".to_owned(),
        format!("  1. 编辑 {}：写上单位名称、检查方邮箱，选好检查口径。", file.display()),
        format!("  2. 口令各存成 {} 下的一个文件，配置里只写文件名。", secrets.display()),
        format!("  3. 检查配置：cuigeng --config {} check", file.display()),
        "  4. 导入台账：cuigeng account import 台账.xlsx --dry-run，看过差异再正式导入。".to_owned(),
        "  5. 启动：cuigeng serve。起初为试运行，提醒只发给检查方自己；确认无误后把 mode 改为“正式”，
     再由负责人执行 cuigeng mode 正式 --by 姓名。"
            .to_owned(),
    ]
    .join("\n")
}

/// The configuration names people and machines, so it is not for every user of the server.
fn write_new(file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    let mut written = options.open(file)?;
    written.write_all(SHIPPED.as_bytes())?;
    written.sync_all()
}

fn private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}
