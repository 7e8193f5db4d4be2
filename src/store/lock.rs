//! Only one daemon at a time in a data directory.

use super::{StoreError, private_folder};
use crate::private;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Held as long as the value lives; the operating system releases it even after a kill.
#[derive(Debug)]
pub struct InstanceLock {
    _file: File,
}

impl InstanceLock {
    /// Takes the lock of `dir`, creating the directory.
    ///
    /// # Errors
    /// `is_locked()` when another instance holds it.
    pub fn take(dir: &Path) -> Result<InstanceLock, StoreError> {
        private_folder(dir)?;
        let path = dir.join("cuigeng.lock");
        let shown = path.display().to_string();
        let file = private::lock_file(&path).map_err(|e| StoreError::io(format!("锁文件 {shown} 无法创建"), e))?;
        match file.try_lock() {
            Ok(()) => Ok(InstanceLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::locked(shown)),
            Err(TryLockError::Error(e)) => Err(StoreError::io(format!("锁文件 {shown} 无法加锁"), e)),
        }
    }
}
