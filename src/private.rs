//! Files and folders below the data directory: nobody but the user of the service reads them, whatever the
//! umask of whoever runs a verb, and they belong to whoever owns the folder around them, so that what root
//! has made does not lock the daemon out.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder, and those above it that are missing. One that is there is left as it is.
///
/// # Errors
/// Those of the file system.
pub(crate) fn folder(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent().filter(|parent| *parent != Path::new("")) {
        folder(parent)?;
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(dir) {
        // Somebody else has made it in the same moment.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => return Ok(()),
        made => made?,
    }
    own(dir);
    Ok(())
}

/// An empty file to be written, in place of one that is there.
///
/// # Errors
/// Those of the file system.
pub(crate) fn file(path: &Path) -> io::Result<File> {
    let file = opened(path, OpenOptions::new().write(true).create(true).truncate(true))?;
    restrict(path)?;
    Ok(file)
}

/// A file to be written that is not there yet.
///
/// # Errors
/// It exists; those of the file system.
pub(crate) fn new_file(path: &Path) -> io::Result<File> {
    opened(path, OpenOptions::new().write(true).create_new(true))
}

/// A file whose content means nothing, to be locked; one that another user has made is opened as it is.
///
/// # Errors
/// Those of the file system.
pub(crate) fn lock_file(path: &Path) -> io::Result<File> {
    let there = File::open(path);
    // One that an older version has made may be open to all, or be root's.
    if there.is_ok() {
        own(path);
        drop(restrict(path));
        return there;
    }
    opened(path, OpenOptions::new().read(true).write(true).create(true).truncate(false))
}

fn opened(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    let file = options.open(path)?;
    own(path);
    Ok(file)
}

/// Takes a file that is there from everybody else.
///
/// # Errors
/// Those of the file system: it is not ours.
#[cfg(unix)]
pub(crate) fn restrict(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut mode = std::fs::metadata(path)?.permissions();
    if mode.mode() & 0o777 == 0o600 {
        return Ok(());
    }
    mode.set_mode(0o600);
    std::fs::set_permissions(path, mode)
}

#[cfg(not(unix))]
pub(crate) fn restrict(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Gives what we have just made to whoever owns the folder around it. Where that is not allowed nothing was
/// made for another.
#[cfg(unix)]
fn own(path: &Path) {
    use std::os::unix::fs::{MetadataExt, chown};
    let parent = path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    if let (Ok(around), Ok(own)) = (parent.metadata(), path.metadata())
        && (around.uid(), around.gid()) != (own.uid(), own.gid())
    {
        drop(chown(path, Some(around.uid()), Some(around.gid())));
    }
}

#[cfg(not(unix))]
fn own(_path: &Path) {}
