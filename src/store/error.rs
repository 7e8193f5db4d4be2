//! What can go wrong in the store: one opaque type with a few predicates.

use std::sync::Arc;

/// A failure of the store. It never holds a secret or a body.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{inner}")]
pub struct StoreError {
    inner: Arc<Inner>,
}

#[derive(Debug, thiserror::Error)]
enum Inner {
    #[error("sqlite: {0}")]
    Sql(#[from] rusqlite::Error),
    #[error("{what}: {source}")]
    Io { what: String, source: std::io::Error },
    #[error("database schema {found} is newer than this program's {known}")]
    Newer { found: i64, known: i64 },
    #[error("the file is no cuigeng database (application_id {0:#x})")]
    Foreign(i64),
    #[error("another instance holds {0}")]
    Locked(String),
    #[error("the writer has ended")]
    Ended,
    #[error("stored value is not understood: {0}")]
    Odd(String),
}

impl StoreError {
    pub(crate) fn io(what: impl Into<String>, source: std::io::Error) -> StoreError {
        Inner::Io { what: what.into(), source }.into()
    }

    pub(crate) fn newer(found: i64, known: i64) -> StoreError {
        Inner::Newer { found, known }.into()
    }

    pub(crate) fn foreign(found: i64) -> StoreError {
        Inner::Foreign(found).into()
    }

    pub(crate) fn locked(path: impl Into<String>) -> StoreError {
        Inner::Locked(path.into()).into()
    }

    pub(crate) fn ended() -> StoreError {
        Inner::Ended.into()
    }

    pub(crate) fn odd(what: impl Into<String>) -> StoreError {
        Inner::Odd(what.into()).into()
    }

    /// The database was written by a newer program.
    pub fn is_newer(&self) -> bool {
        matches!(*self.inner, Inner::Newer { .. })
    }

    /// The file belongs to another program.
    pub fn is_foreign(&self) -> bool {
        matches!(*self.inner, Inner::Foreign(_))
    }

    /// Another instance holds the data directory.
    pub fn is_locked(&self) -> bool {
        matches!(*self.inner, Inner::Locked(_))
    }

    /// A constraint of the database refused the row.
    pub fn is_conflict(&self) -> bool {
        matches!(&*self.inner, Inner::Sql(rusqlite::Error::SqliteFailure(e, _)) if e.code == rusqlite::ErrorCode::ConstraintViolation)
    }

    /// What the operator reads.
    pub fn chinese(&self) -> String {
        match &*self.inner {
            Inner::Newer { .. } => "数据库由更新版本的程序写成，请先升级程序，数据没有改动".to_owned(),
            Inner::Foreign(_) => "数据目录里的 cuigeng.db 不是本程序的数据库，请检查 --data".to_owned(),
            Inner::Locked(_) => "另一个 cuigeng 正在使用这个数据目录，请先停止它，或换一个 --data".to_owned(),
            Inner::Io { what, source } => format!("{what}：{source}，请检查磁盘空间与权限"),
            Inner::Sql(e) => format!("数据库出错：{e}，请检查磁盘空间与权限；判定结果没有改动"),
            Inner::Ended => "数据库写入线程已结束，请重新启动程序".to_owned(),
            Inner::Odd(what) => format!("数据库中有不认识的内容（{what}），请用备份恢复或联系维护人员"),
        }
    }
}

impl From<Inner> for StoreError {
    fn from(inner: Inner) -> StoreError {
        StoreError { inner: Arc::new(inner) }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        Inner::Sql(error).into()
    }
}
