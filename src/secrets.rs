//! Credentials from files: one secret per file, from systemd's credential directory, the configured
//! folder, or (rotated ones) the data directory. No secret is ever printed or logged from here.

use crate::private;
use cuigeng_adapters::{Class, Failure, Secret, Secrets};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Reads secrets by name, newest place first.
#[derive(Clone, Debug)]
pub struct FileSecrets {
    rotated: PathBuf,
    places: Vec<PathBuf>,
}

impl FileSecrets {
    /// Secrets of the folder `configured`; systemd's `$CREDENTIALS_DIRECTORY` stands before it, and
    /// what was rotated (kept under `data/secrets`) before both.
    pub fn new(data: &Path, configured: &Path, credentials: Option<PathBuf>) -> FileSecrets {
        let places = credentials.into_iter().chain([configured.to_owned()]).collect();
        FileSecrets { rotated: data.join("secrets"), places }
    }

    /// The file that holds the secret of that name.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        std::iter::once(&self.rotated).chain(&self.places).map(|dir| dir.join(name)).find(|path| path.is_file())
    }

    fn keep(&self, name: &str, secret: &Secret) -> std::io::Result<()> {
        private::folder(&self.rotated)?;
        let part = self.rotated.join(format!(".{name}.part"));
        let mut file = private::file(&part)?;
        file.write_all(secret.expose().as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, self.rotated.join(name))?;
        fs::File::open(&self.rotated)?.sync_all()
    }
}

/// Names that cannot leave the folder.
pub fn is_secret_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    !name.is_empty() && name.len() <= 128 && !name.starts_with('.') && name.chars().all(plain)
}

impl Secrets for FileSecrets {
    fn get(&self, name: &str) -> Result<Secret, Failure> {
        let missing = || {
            Failure::new(Class::Config, format!("no secret named {name}"))
                .because("secret_missing")
                .advise(format!("缺少凭据“{name}”：请把它写入凭据目录下同名的文件（权限600），一个凭据一个文件"))
        };
        let path =
            Some(name).filter(|name| is_secret_name(name)).and_then(|name| self.path(name)).ok_or_else(missing)?;
        let text = fs::read_to_string(&path).map_err(|e| {
            Failure::new(Class::Config, format!("secret {name} cannot be read: {}", e.kind()))
                .because("secret_unreadable")
                .advise(format!("凭据文件“{name}”读不出来，请检查文件权限与编码"))
        })?;
        let text = text.trim();
        if text.is_empty() { Err(missing()) } else { Ok(Secret::new(text)) }
    }

    fn replace(&self, name: &str, secret: Secret) -> Result<(), Failure> {
        let refused = |detail: String| {
            Failure::new(Class::Transient, detail)
                .because("secret_not_kept")
                .advise(format!("新的凭据“{name}”没能写入数据目录，请检查磁盘空间与权限"))
        };
        if !is_secret_name(name) {
            return Err(refused("not a secret name".to_owned()));
        }
        self.keep(name, &secret).map_err(|e| refused(format!("secret {name} cannot be kept: {}", e.kind())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_before_systemd_before_configured() {
        let dir = tempfile::tempdir().unwrap();
        let (data, configured, systemd) = (dir.path().join("data"), dir.path().join("c"), dir.path().join("s"));
        fs::create_dir_all(&configured).unwrap();
        fs::create_dir_all(&systemd).unwrap();
        let secrets = FileSecrets::new(&data, &configured, Some(systemd.clone()));
        assert_eq!(secrets.get("cookie").unwrap_err().reason, "secret_missing");
        fs::write(configured.join("cookie"), " one\n").unwrap();
        assert_eq!(secrets.get("cookie").unwrap().expose(), "one");
        fs::write(systemd.join("cookie"), "two").unwrap();
        assert_eq!(secrets.get("cookie").unwrap().expose(), "two");
        secrets.replace("cookie", Secret::new("three")).unwrap();
        assert_eq!(secrets.get("cookie").unwrap().expose(), "three");
    }

    #[test]
    fn a_name_never_leaves_the_folder() {
        for name in ["../cookie", "/etc/passwd", "", ".hidden", "a/b", "名字"] {
            assert!(!is_secret_name(name), "{name}");
        }
        assert!(is_secret_name("wechat-wx0123456789abcdef"));
    }
}
