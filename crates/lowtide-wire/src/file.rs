//! Files on disk: whole or not there at all, and secret keys for their owner alone.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{Envelope, Error, Limits, Payload, Writer, payload};

/// Reads a value from a file.
///
/// # Errors
/// [`Error::File`], what is wrong with the content, or what `limits` do not let in.
pub fn load<T: Payload>(path: impl AsRef<Path>, limits: &Limits) -> Result<T, Error> {
    let path = path.as_ref();
    let failed = |verb| move |source| Error::File { verb, path: path.into(), source };
    let mut file = File::open(path).map_err(failed("open"))?;
    let found = file.metadata().map_err(failed("read"))?.len();
    let envelope = Envelope::read_from(&mut file, limits.max_bytes()).map_err(|error| match error {
        Error::Read(source) => failed("read")(source),
        other => other,
    })?;
    match found.checked_sub(envelope.header().file_bytes()) {
        Some(extra @ 1..) => Err(Error::Trailing { extra }),
        _ => envelope.open(limits),
    }
}

/// Writes a value to a file, in place of one that may be there, and says how many bytes it has.
///
/// The file appears whole or not at all: it is written beside its place and moved there. Only its owner can read a
/// secret key.
///
/// # Errors
/// [`Error::File`].
pub fn save<T: Payload>(path: impl AsRef<Path>, value: &T) -> Result<u64, Error> {
    let path = path.as_ref();
    let (draft, bytes) = Draft::write(path, value)?;
    fs::rename(&draft.path, path).map_err(|source| draft.failed("write", source))?;
    Ok(bytes)
}

/// As [`save`], but keeps a file that is there: losing a key is losing everything under it.
///
/// # Errors
/// [`Error::Exists`] or [`Error::File`].
pub fn save_new<T: Payload>(path: impl AsRef<Path>, value: &T) -> Result<u64, Error> {
    let path = path.as_ref();
    let exists = || Error::Exists { path: path.into() };
    if path.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let (draft, bytes) = Draft::write(path, value)?;
    // A link is made only where nothing is, in one step. Not every file system has them.
    match fs::hard_link(&draft.path, path) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists()),
        Err(_) => {
            OpenOptions::new().write(true).create_new(true).open(path).map_err(|_| exists())?;
            fs::rename(&draft.path, path).map_err(|source| draft.failed("write", source))?;
            Ok(bytes)
        }
    }
}

/// A file beside the one that is wanted, removed when it is not moved there.
struct Draft<'a> {
    target: &'a Path,
    path: PathBuf,
}

impl<'a> Draft<'a> {
    /// The draft of a value, safe on disk, and its bytes.
    fn write<T: Payload>(target: &'a Path, value: &T) -> Result<(Self, u64), Error> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!(".lowtide-{}-{number}.part", process::id());
        let draft = Self { target, path: target.with_file_name(name) };
        let written = create(&draft.path, T::KIND.is_secret()).and_then(|file| {
            let out = payload::seal(value, |_| Writer::to_file(file));
            let bytes = out.count();
            out.finish().map(|()| bytes)
        });
        let bytes = written.map_err(|source| draft.failed("write", source))?;
        Ok((draft, bytes))
    }

    fn failed(&self, verb: &'static str, source: io::Error) -> Error {
        Error::File { verb, path: self.target.into(), source }
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        // Gone already when it was moved into place.
        let _ = fs::remove_file(&self.path);
    }
}

/// A new file; a secret one is its owner's from the first moment on.
fn create(path: &Path, secret: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    options.open(path)
}
